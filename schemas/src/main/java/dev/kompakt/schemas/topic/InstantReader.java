package dev.kompakt.schemas.topic;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ext.javatime.deser.InstantDeserializer;

/// Reads instants as records have them, `2026-11-20T10:00:00.5Z`, ten times as fast as a formatter:
/// reports are little else. What is written otherwise is read by Jackson's own.
final class InstantReader extends StdDeserializer<Instant> {
  private static final long SECONDS_A_DAY = 24 * 60 * 60;

  InstantReader() {
    super(Instant.class);
  }

  @Override
  public Instant deserialize(JsonParser parser, DeserializationContext context) {
    Instant read = parser.hasToken(JsonToken.VALUE_STRING) ? parse(parser.getString()) : null;
    return read == null ? InstantDeserializer.INSTANT.deserialize(parser, context) : read;
  }

  /// The instant; null if it is not written as records have it.
  static @Nullable Instant parse(String text) {
    int end = text.length() - 1;
    if (end < 19
        || end > 29
        || end == 20
        || text.charAt(end) != 'Z'
        || text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || text.charAt(10) != 'T'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':'
        || (end > 19 && text.charAt(19) != '.')) {
      return null;
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 7);
    int day = number(text, 8, 10);
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, 19);
    int nanos = end == 19 ? 0 : number(text, 20, end);
    if ((year | month | day | hour | minute | second | nanos) < 0
        || hour > 23
        || minute > 59
        || second > 59) {
      return null;
    }
    for (int digits = end == 19 ? 9 : end - 20; digits < 9; digits++) {
      nanos *= 10;
    }
    try {
      return Instant.ofEpochSecond(
          LocalDate.of(year, month, day).toEpochDay() * SECONDS_A_DAY
              + (hour * 60L + minute) * 60
              + second,
          nanos);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /// Up to nine digits; negative if one of them is none.
  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
