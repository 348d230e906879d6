package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.history.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Where the parts of a stored answer lie, found in one pass that holds none of them.
///
/// @param output the `output` array, brackets included
/// @param compaction the compaction item in it; null if there is none
/// @param usage the `usage` object; null if there is none
record StoredAnswer(ByteRange output, @Nullable ByteRange compaction, @Nullable ByteRange usage) {
  private static final int MAX_TYPE_CHARS = 1_000;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(MAX_TYPE_CHARS).build())
          .build();

  /// Finds them.
  ///
  /// @throws UnusableAnswerException if it is no answer, or holds more than one compaction item
  /// @throws IOException what the source threw
  static StoredAnswer find(AnswerSource source) throws IOException {
    try (InputStream in = source.open();
        JsonParser parser = JSON.createParser(ObjectReadContext.empty(), in)) {
      return new Search(parser).run();
    } catch (JacksonException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new UnusableAnswerException("the stored answer is not JSON");
    }
  }

  private static final class Search {
    private final JsonParser parser;
    private @Nullable ByteRange output;
    private @Nullable ByteRange compaction;
    private @Nullable ByteRange usage;

    Search(JsonParser parser) {
      this.parser = parser;
    }

    StoredAnswer run() throws UnusableAnswerException {
      require(parser.nextToken() == JsonToken.START_OBJECT, "is no JSON object");
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        long start = parser.currentTokenLocation().getByteOffset();
        if (name.equals("output")) {
          require(output == null && value == JsonToken.START_ARRAY, "has no single `output` array");
          items();
          output = since(start);
        } else {
          parser.skipChildren();
          if (name.equals("usage") && value == JsonToken.START_OBJECT) {
            usage = since(start);
          }
        }
      }
      require(parser.nextToken() == null, "has bytes after its end");
      if (output == null) {
        throw new UnusableAnswerException("the stored answer has no `output`");
      }
      return new StoredAnswer(output, compaction, usage);
    }

    private void items() throws UnusableAnswerException {
      for (JsonToken item = parser.nextToken();
          item != JsonToken.END_ARRAY;
          item = parser.nextToken()) {
        require(item == JsonToken.START_OBJECT, "has an item that is no object");
        long start = parser.currentTokenLocation().getByteOffset();
        if (isCompaction()) {
          require(compaction == null, "has more than one compaction item");
          compaction = since(start);
        }
      }
    }

    /// Reads the item to its end.
    private boolean isCompaction() {
      boolean found = false;
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean type = parser.currentName().equals("type");
        if (parser.nextToken() == JsonToken.VALUE_STRING && type) {
          String name = parser.getString();
          found = name.equals("compaction") || name.equals("compaction_summary");
        } else {
          parser.skipChildren();
        }
      }
      return found;
    }

    private ByteRange since(long start) throws UnusableAnswerException {
      long end = parser.currentLocation().getByteOffset();
      require(start >= 0 && end > start, "is not UTF-8");
      return new ByteRange(start, end - start);
    }

    private static void require(boolean holds, String otherwise) throws UnusableAnswerException {
      if (!holds) {
        throw new UnusableAnswerException("the stored answer " + otherwise);
      }
    }
  }
}
