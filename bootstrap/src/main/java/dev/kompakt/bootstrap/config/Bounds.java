package dev.kompakt.bootstrap.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Checks of single settings; each refusal names the full key.
final class Bounds {
  private Bounds() {}

  static void range(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new ConfigException(key, value + " is not between " + least + " and " + most);
    }
  }

  static void range(String key, ByteSize value, ByteSize least, ByteSize most) {
    if (value.bytes() < least.bytes() || value.bytes() > most.bytes()) {
      throw new ConfigException(key, value + " is not between " + least + " and " + most);
    }
  }

  static void between(String key, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new ConfigException(
          key, plain(value) + " is not between " + plain(least) + " and " + plain(most));
    }
  }

  static void unique(String key, List<String> ids) {
    Set<String> seen = new HashSet<>();
    for (String id : ids) {
      if (!seen.add(id)) {
        throw new ConfigException(key, "id '" + id + "' is given twice");
      }
    }
  }

  private static String plain(Duration duration) {
    return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }
}
