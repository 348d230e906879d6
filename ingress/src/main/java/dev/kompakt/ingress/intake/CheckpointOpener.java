package dev.kompakt.ingress.intake;

import dev.kompakt.bootstrap.seal.CheckpointSeal;
import org.jspecify.annotations.Nullable;

/// Opens Kompakt's own compaction items on behalf of one tenant.
@FunctionalInterface
public interface CheckpointOpener {
  /// What every `encrypted_content` of Kompakt's own begins with; nothing else is offered to an
  /// opener.
  String PREFIX = CheckpointSeal.PREFIX;

  /// The sealed summary.
  ///
  /// @param encryptedContent the item's whole `encrypted_content`, prefix included
  /// @return null if it is forged, damaged or another tenant's: the item then stays as it is
  @Nullable String open(String encryptedContent);

  /// Opens nothing, so every compaction item stays as it is.
  static CheckpointOpener none() {
    return _ -> null;
  }
}
