package dev.kompakt.bootstrap.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes, written `4096`, `64KiB`, `256MiB` or `1GiB`.
public record ByteSize(long bytes) {
  static final ByteSize KIB = new ByteSize(1 << 10);
  static final ByteSize MIB = new ByteSize(1 << 20);
  static final ByteSize MIB_256 = new ByteSize(256L << 20);

  private static final Pattern SYNTAX = Pattern.compile("(\\d{1,9})\\s*(B|KiB|MiB|GiB)?");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ByteSize parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a size such as 64KiB or 256MiB");
    }
    String unit = matcher.group(2);
    int shift =
        unit == null
            ? 0
            : switch (unit) {
              case "KiB" -> 10;
              case "MiB" -> 20;
              case "GiB" -> 30;
              default -> 0;
            };
    return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift));
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static ByteSize of(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("'" + bytes + "' is not a size such as 64KiB or 256MiB");
    }
    return new ByteSize(bytes);
  }

  @Override
  public String toString() {
    for (int shift = 30; shift > 0; shift -= 10) {
      if (bytes != 0 && bytes % (1L << shift) == 0) {
        return (bytes >> shift) + (shift == 30 ? "GiB" : shift == 20 ? "MiB" : "KiB");
      }
    }
    return Long.toString(bytes);
  }
}
