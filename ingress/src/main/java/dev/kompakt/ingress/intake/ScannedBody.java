package dev.kompakt.ingress.intake;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.LongText;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.record.Checkpoint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of an accepted body once it has been scanned.
///
/// @param model as the client named it, 1 to 256 printable characters
/// @param stream the body's `stream`, false if absent or null
/// @param background the body's `background`, false if absent or null
/// @param trigger whether a `compaction_trigger` item ended the input
/// @param promptCacheKey the body's `prompt_cache_key`, at most 1,024 characters
/// @param canonicalContent SHA-256 of the canonical content as lower-case hex; without the
///   checkpoint form, see [#content]
/// @param itemsBytes bytes written to the items stream
/// @param envelopeBytes bytes written to the envelope stream
/// @param spans see [History#spans()]
/// @param longTexts see [History#longTexts()]
/// @param retained see [History#retained()]
/// @param itemCount items the client sent, a trailing trigger not counted
/// @param ciphertext see [History#ciphertext()]
/// @param thoughts see [History#thoughts()]; empty for none
/// @param input whether the body has an `input` that is not null
public record ScannedBody(
    String model,
    boolean stream,
    boolean background,
    boolean trigger,
    @Nullable String promptCacheKey,
    String canonicalContent,
    long itemsBytes,
    long envelopeBytes,
    List<Integer> spans,
    List<LongText> longTexts,
    List<ByteRange> retained,
    int itemCount,
    boolean ciphertext,
    List<ByteRange> thoughts,
    boolean input) {
  public ScannedBody {
    spans = List.copyOf(spans);
    longTexts = List.copyOf(longTexts);
    retained = List.copyOf(retained);
    thoughts = List.copyOf(thoughts);
  }

  /// The content a compaction id is made of: the canonical content with the checkpoint form mixed
  /// in, lower-case hex.
  public String content(Checkpoint form) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(canonicalContent.getBytes(StandardCharsets.US_ASCII));
      sha.update((byte) 0);
      sha.update(form.name().getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// The manifest, once both payloads are stored.
  public History toHistory(PayloadRef items, PayloadRef envelope) {
    return new History(
        items, envelope, spans, longTexts, retained, itemCount, ciphertext, thoughts);
  }
}
