package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.ingress.intake.JsonEvents;
import dev.kompakt.schemas.record.Usage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The few numbers of a response that tell of tokens and quotas, by where they stand; everything
/// else passes by.
final class UsageFields implements JsonEvents {
  private static final int DEEPEST = 5;
  private static final int NAME_BYTES = 48;
  private static final int NUMBER_BYTES = 24;
  private static final double MOST_TOKENS = 1e12;

  private final UsageReadings readings;
  private final @Nullable String[] names = new String[DEEPEST + 1];
  private final StringBuilder name = new StringBuilder();
  private final StringBuilder number = new StringBuilder();
  private final Map<String, Double> found = new HashMap<>();
  private int depth;
  private boolean numberTooLong;
  private boolean inName;
  private Usage usage = Usage.NONE;

  UsageFields(UsageReadings readings) {
    this.readings = readings;
  }

  /// Begins a value.
  void begin() {
    depth = 0;
    found.clear();
  }

  /// The value is complete: what it told counts.
  void end() {
    String at =
        found.keySet().stream().anyMatch(key -> key.startsWith("response.usage."))
            ? "response.usage."
            : "usage.";
    Usage told =
        new Usage(
            tokens(at + "input_tokens"),
            tokens(at + "input_tokens_details.cached_tokens"),
            tokens(at + "output_tokens"),
            tokens(at + "output_tokens_details.reasoning_tokens"));
    if (!told.equals(Usage.NONE)) {
      usage = told;
    }
    for (String window : List.of("primary", "secondary")) {
      String of = "rate_limits." + window + ".";
      Double minutes = found.get(of + "window_minutes");
      readings.plan(
          window,
          found.get(of + "used_percent"),
          minutes == null ? null : minutes * 60,
          either(of, "reset_at", "resets_at"),
          either(of, "reset_after_seconds", "resets_in_seconds"));
    }
  }

  private @Nullable Double either(String of, String one, String other) {
    Double first = found.get(of + one);
    return first == null ? found.get(of + other) : first;
  }

  private long tokens(String key) {
    double told = found.getOrDefault(key, 0.0);
    return told >= 0 && told <= MOST_TOKENS ? (long) told : 0;
  }

  Usage usage() {
    return usage;
  }

  @Override
  public void openObject(long at) {
    open();
  }

  @Override
  public void closeObject(long end) {
    depth--;
  }

  @Override
  public void openArray(long at) {
    open();
  }

  @Override
  public void closeArray(long end) {
    depth--;
  }

  private void open() {
    depth++;
    if (depth <= DEEPEST) {
      names[depth] = null;
    }
  }

  @Override
  public void openName(long at) {
    name.setLength(0);
    inName = true;
  }

  @Override
  public void closeName(long end) {
    inName = false;
    if (depth <= DEEPEST) {
      names[depth] = name.toString();
    }
  }

  @Override
  public void openString(long at) {}

  @Override
  public void closeString(long end) {}

  @Override
  public void text(byte[] bytes, int offset, int length, long at) {
    if (inName && depth <= DEEPEST && name.length() + length <= NAME_BYTES) {
      name.append(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
    }
  }

  @Override
  public void escape(byte[] utf8, int length, long at) {}

  @Override
  public void openNumber(long at) {
    number.setLength(0);
    numberTooLong = false;
  }

  @Override
  public void digits(byte[] bytes, int offset, int length) {
    if (number.length() + length <= NUMBER_BYTES) {
      number.append(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
    } else {
      numberTooLong = true;
    }
  }

  @Override
  public void closeNumber(long end) {
    if (depth < 2 || depth > DEEPEST) {
      return;
    }
    StringBuilder path = new StringBuilder();
    for (int i = 1; i <= depth; i++) {
      if (names[i] == null) {
        return;
      }
      path.append(i == 1 ? "" : ".").append(names[i]);
    }
    String at = path.toString();
    if (at.startsWith("usage.")
        || at.startsWith("response.usage.")
        || at.startsWith("rate_limits.")) {
      found.put(at, numberTooLong ? Double.NaN : Double.parseDouble(number.toString()));
    }
  }

  @Override
  public void literal(byte first, long end) {}

  @Override
  public String path() {
    return "";
  }
}
