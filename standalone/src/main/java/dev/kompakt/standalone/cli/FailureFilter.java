package dev.kompakt.standalone.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The options that select dead letters. A time that is told by its distance, such as `2h`, is the
/// one it is when the command begins.
final class FailureFilter {
  private final Map<String, @Nullable String> parameters = new LinkedHashMap<>();

  /// What was selected by, as the admin plane takes it; the caller may add to it.
  Map<String, @Nullable String> parameters() {
    return new LinkedHashMap<>(parameters);
  }

  @Option(
      names = "--cause",
      paramLabel = "CAUSE",
      description =
          "Only of this cause: too_large, rate_limited, quota_exhausted, unauthorized,"
              + " upstream_unavailable, upstream_malformed, rejected, calls_exhausted, timed_out,"
              + " payload_lost, worker_lost or unreadable_record.")
  void cause(String cause) {
    parameters.put("cause", cause);
  }

  @Option(names = "--provider", paramLabel = "ID", description = "Only those of this provider.")
  void provider(String provider) {
    parameters.put("provider", provider);
  }

  @Option(names = "--model", paramLabel = "NAME", description = "Only those of this model.")
  void model(String model) {
    parameters.put("model", model);
  }

  @Option(names = "--tenant", paramLabel = "ID", description = "Only those of this tenant.")
  void tenant(String tenant) {
    parameters.put("tenant", tenant);
  }

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Moment.class,
      description = "Only failures since then: 30m, 2h, 1d, or 2026-11-20T10:00:00Z.")
  void since(Instant since) {
    parameters.put("since", since.toString());
  }

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = Moment.class,
      description = "Only failures before then, in the same format.")
  void until(Instant until) {
    parameters.put("until", until.toString());
  }

  /// Reads a time, or how long it is ago.
  static final class Moment implements ITypeConverter<Instant> {
    private static final Pattern AGO = Pattern.compile("([0-9]{1,6})([smhd])");

    private final InstantSource clock;

    Moment() {
      this(InstantSource.system());
    }

    Moment(InstantSource clock) {
      this.clock = clock;
    }

    @Override
    public Instant convert(@Nullable String text) {
      String given = String.valueOf(text);
      Matcher ago = AGO.matcher(given);
      if (ago.matches()) {
        long n = Long.parseLong(ago.group(1));
        return clock
            .instant()
            .minus(
                switch (ago.group(2)) {
                  case "s" -> Duration.ofSeconds(n);
                  case "m" -> Duration.ofMinutes(n);
                  case "h" -> Duration.ofHours(n);
                  default -> Duration.ofDays(n);
                });
      }
      try {
        return Instant.parse(given);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + given + "' is no time such as 2h or 2026-11-20T10:00:00Z");
      }
    }
  }
}
