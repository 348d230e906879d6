package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.seal.CredentialSeal;
import dev.kompakt.bootstrap.upstream.StrictJson;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.CredentialEvent.Renewed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One account's tokens as they lie in the log, beside the one the config gives. Thread-safe.
final class SealedTokens {
  /// Refresh tokens of the config that are remembered as used up.
  private static final int MOST_ORIGINS = 16;

  private static final JsonMapper MAPPER = new JsonMapper();

  private final CredentialSeal seal;
  private final AccountId account;
  private final String first;
  private final String origin;
  private volatile @Nullable Opened last;

  private record Opened(Known.Stored stored, @Nullable Token token) {}

  /// Makes one.
  ///
  /// @param first the refresh token of the config
  SealedTokens(CredentialSeal seal, AccountId account, String first) {
    this.seal = seal;
    this.account = account;
    this.first = first;
    origin = seal.mark(account, first);
  }

  /// The token in use; null if there is none, or the config's is newer.
  @Nullable Token current(Known known) {
    Known.Stored stored = known.stored();
    if (stored == null || !stored.token().origins().contains(origin)) {
      return null;
    }
    Opened opened = last;
    if (opened == null || !opened.stored().equals(stored)) {
      opened = new Opened(stored, open(stored.token()));
      last = opened;
    }
    return opened.token();
  }

  /// What the next token is had for.
  String refreshToken(Known known) {
    Token token = current(known);
    return token == null ? first : token.refresh();
  }

  /// A new token as it is written.
  ///
  /// @param known what it was had by
  Renewed sealed(Token token, Known known, long claim) {
    String text =
        MAPPER.writeValueAsString(Map.of("access", token.access(), "refresh", token.refresh()));
    return new Renewed(
        account, claim, token.at(), token.expiresAt(), seal.seal(account, text), origins(known));
  }

  private List<String> origins(Known known) {
    List<String> origins = new ArrayList<>();
    if (known.stored() != null) {
      origins.addAll(known.stored().token().origins());
    }
    if (!origins.contains(origin)) {
      origins.add(origin);
    }
    return origins.subList(Math.max(0, origins.size() - MOST_ORIGINS), origins.size());
  }

  private @Nullable Token open(Renewed sealed) {
    String text = seal.open(account, sealed.sealed());
    if (text == null) {
      return null;
    }
    JsonNode json = StrictJson.tree(text.getBytes(StandardCharsets.UTF_8));
    return new Token(
        json.path("access").asString(),
        json.path("refresh").asString(),
        sealed.at(),
        sealed.expiresAt());
  }
}
