package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.kompakt.schemas.id.ProviderId;

/// What a limit is learned for; written `<provider>|<endpoint>|<model>`, the key of
/// `kompakt.limits`.
public record LimitKey(ProviderId provider, Endpoint endpoint, String model) {
  /// The upstream endpoint the size was seen at.
  public enum Endpoint {
    COMPACT,
    RESPONSES;

    public static Endpoint of(Mode mode) {
      return mode == Mode.NATIVE ? COMPACT : RESPONSES;
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static LimitKey parse(String text) {
    String[] parts = text.split("\\|", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("limit key '" + text + "' has not three parts");
    }
    return new LimitKey(new ProviderId(parts[0]), Endpoint.valueOf(parts[1]), parts[2]);
  }

  @JsonValue
  @Override
  public String toString() {
    return provider + "|" + endpoint + "|" + model;
  }
}
