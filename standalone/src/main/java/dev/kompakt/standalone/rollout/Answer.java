package dev.kompakt.standalone.rollout;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/// Reads a compaction response as a stream; nothing but its `output` matters here.
final class Answer {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  /// How large the compacted history is.
  record Size(int items, long bytes) {}

  private Answer() {}

  /// Writes the items of `output`, as a JSON array.
  static Size copyOutput(InputStream answer, OutputStream out) throws IOException {
    return checked(answer, out);
  }

  /// Writes the answer as it is.
  static Size copyWhole(InputStream answer, OutputStream out) throws IOException {
    return checked(new Tee(answer, out), OutputStream.nullOutputStream());
  }

  private static Size checked(InputStream answer, OutputStream out) throws IOException {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), answer)) {
      return read(json, out);
    } catch (JacksonIOException e) {
      throw e.getCause();
    } catch (JacksonException e) {
      throw new UnusableAnswerException("the answer is not complete JSON");
    }
  }

  private static Size read(JsonParser json, OutputStream out) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new UnusableAnswerException("the answer is not a JSON object");
    }
    Size size = null;
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "output" -> {
          if (size != null || value != JsonToken.START_ARRAY) {
            throw new UnusableAnswerException("the answer's output is not one array");
          }
          size = items(json, out);
        }
        case "error" -> {
          if (value != JsonToken.VALUE_NULL) {
            throw new UnusableAnswerException("the answer is an error");
          }
        }
        default -> json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      throw new UnusableAnswerException("something follows the answer's JSON object");
    }
    if (size == null || size.items() == 0) {
      throw new UnusableAnswerException("the answer has no output");
    }
    return size;
  }

  private static Size items(JsonParser json, OutputStream out) throws IOException {
    Counting counting = new Counting(out);
    int items = 0;
    try (JsonGenerator copy = JSON.createGenerator(ObjectWriteContext.empty(), counting)) {
      copy.writeStartArray();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
          throw new UnusableAnswerException("the answer's output holds something else than items");
        }
        copy.copyCurrentStructureExact(json);
        items++;
      }
      copy.writeEndArray();
    }
    return new Size(items, counting.bytes);
  }

  private static final class Counting extends FilterOutputStream {
    private long bytes;

    Counting(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      bytes++;
    }

    @Override
    public void write(byte[] block, int offset, int length) throws IOException {
      out.write(block, offset, length);
      bytes += length;
    }
  }

  private static final class Tee extends FilterInputStream {
    private final OutputStream copy;

    Tee(InputStream in, OutputStream copy) {
      super(in);
      this.copy = copy;
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      if (b >= 0) {
        copy.write(b);
      }
      return b;
    }

    @Override
    public int read(byte[] block, int offset, int length) throws IOException {
      int read = in.read(block, offset, length);
      if (read > 0) {
        copy.write(block, offset, read);
      }
      return read;
    }
  }
}
