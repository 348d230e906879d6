package dev.kompakt.ingress.admission;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Those who may call, known by the hashes of their keys. Where none is configured, whoever calls
/// from this machine may.
public final class Clients {
  private static final String SCHEME = "Bearer ";

  private final List<KompaktConfig.Client> known;

  public Clients(List<KompaktConfig.Client> clients) {
    known = List.copyOf(clients);
  }

  /// Who calls; null if nobody who may. Takes as long for a wrong key as for a right one.
  ///
  /// @param authorization the `Authorization` header, null if there is not exactly one
  /// @param loopback whether the peer is on this machine
  public @Nullable TenantId identify(@Nullable String authorization, boolean loopback) {
    if (known.isEmpty()) {
      return loopback ? TenantId.LOCAL : null;
    }
    String key =
        authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? authorization.substring(SCHEME.length()).strip()
            : null;
    byte[] hash = sha256(key == null ? "" : key);
    TenantId found = null;
    for (KompaktConfig.Client client : known) {
      if (MessageDigest.isEqual(HexFormat.of().parseHex(client.keySha256()), hash)) {
        found = client.id();
      }
    }
    return key == null ? null : found;
  }

  /// Whether callers need a key.
  public boolean keyed() {
    return !known.isEmpty();
  }

  private static byte[] sha256(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
