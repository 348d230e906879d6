package dev.kompakt.bootstrap.config;

import static dev.kompakt.bootstrap.config.Bounds.range;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.kompakt.schemas.id.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A key of someone who may call the data plane.
///
/// @param id whose compactions they are; several keys may have the same
/// @param key the key's name, which is no secret; null for a key that Kompakt did not make
/// @param keySha256 SHA-256 of the key, 64 hex digits
/// @param scopes what it may be used for; null for everything
/// @param expires when it ends to be good; null for never
/// @param models names it may ask for, with `*` at the end for all that begin so; null for all
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"id", "key", "keySha256", "scopes", "expires", "models", "limits"})
public record Client(
    @JsonProperty(required = true) TenantId id,
    @Nullable String key,
    @JsonProperty(required = true) String keySha256,
    @Nullable List<Scope> scopes,
    @Nullable Instant expires,
    @Nullable List<String> models,
    @Nullable Limits limits) {
  private static final int MOST_MODELS = 100;
  private static final Pattern MODEL = Pattern.compile("[^\\s*\\p{Cntrl}]{0,128}\\*?");

  public Client {
    String where = "clients." + id + ".";
    if (!keySha256.matches("[0-9a-fA-F]{64}")) {
      throw new ConfigException(where + "keySha256", "is not 64 hex digits");
    }
    keySha256 = keySha256.toLowerCase(Locale.ROOT);
    if (key != null && !ClientKey.isKeyId(key)) {
      throw new ConfigException(where + "key", "is no key's name as `kompakt key create` makes it");
    }
    if (scopes != null) {
      if (scopes.isEmpty()) {
        throw new ConfigException(where + "scopes", "is empty; leave it out for all of them");
      }
      scopes = List.copyOf(scopes);
    }
    if (models != null) {
      models = List.copyOf(models);
      if (models.isEmpty() || models.size() > MOST_MODELS) {
        throw new ConfigException(
            where + "models", "has " + models.size() + " entries, not 1 to " + MOST_MODELS);
      }
      for (String model : models) {
        if (model.isEmpty() || !MODEL.matcher(model).matches()) {
          throw new ConfigException(
              where + "models", "'" + model + "' is no model's name, nor the start of one and *");
        }
      }
    }
    if (limits != null) {
      limits.check(where + "limits.");
    }
  }

  /// What a key may be used for.
  public enum Scope {
    /// Compactions, of either form.
    COMPACT,
    /// Ordinary turns.
    RESPONSES
  }

  /// What one key may use at most; null for no limit but those of all.
  ///
  /// @param concurrency compactions and turns at once, for each ingress
  /// @param requestsPerMinute compactions and turns begun in any 60 s, for each ingress
  /// @param tokensPerDay tokens its tenant may have used when another request begins, by the day in
  ///   UTC
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Limits(
      @Nullable Integer concurrency,
      @Nullable Integer requestsPerMinute,
      @Nullable Long tokensPerDay) {
    /// No limits.
    public static final Limits NONE = new Limits(null, null, null);

    private void check(String where) {
      if (concurrency != null) {
        range(where + "concurrency", concurrency, 1, 1_000_000);
      }
      if (requestsPerMinute != null) {
        range(where + "requestsPerMinute", requestsPerMinute, 1, 1_000_000);
      }
      if (tokensPerDay != null) {
        range(where + "tokensPerDay", tokensPerDay, 1, 1_000_000_000_000_000L);
      }
    }
  }

  /// What tells this key from others in lists, logs and limits; no secret.
  public String keyId() {
    return key == null ? "sha256-" + keySha256.substring(0, 12) : key;
  }

  /// What it may be used for.
  public Set<Scope> allowed() {
    return scopes == null ? Set.of(Scope.values()) : Set.copyOf(scopes);
  }

  /// What it may use at most.
  public Limits most() {
    return limits == null ? Limits.NONE : limits;
  }
}
