package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.kompakt.bootstrap.stream.BlockStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ContentDecodingTest {
  private static final long MAX = 1_000_000;
  private static final byte[] BODY = text(300_000);

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "identity", "Identity", "gzip", "x-gzip", " GZIP ", "zstd", "ZStd"})
  void shouldGiveBodyWhenEncodingIs(@Nullable String encoding) throws IOException {
    // Given
    byte[] encoded = encode(encoding == null ? "" : encoding, BODY);

    // When
    byte[] decoded = decode(new DrippingStream(encoded, null), encoding, MAX);

    // Then
    assertThat(decoded).isEqualTo(BODY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"br", "deflate", "gzip, gzip", "zstd,gzip", "identity, gzip", "*", "gzip;q=1"})
  void shouldRefuseWhenEncodingIs(String encoding) {
    BodyRejected rejected = rejected(new byte[0], encoding, MAX);

    assertThat(rejected.status()).isEqualTo(415);
    assertThat(rejected.code()).isEqualTo("unsupported_content_encoding");
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip", "zstd"})
  void shouldRefuseWhenDecodedBodyIsTooLarge(String encoding) throws IOException {
    byte[] encoded = encode(encoding, BODY);

    assertThat(decode(new ByteArrayInputStream(encoded), encoding, BODY.length))
        .hasSize(BODY.length);
    BodyRejected rejected = rejected(encoded, encoding, BODY.length - 1);
    assertThat(rejected.status()).isEqualTo(400);
    assertThat(rejected.code()).isEqualTo("request_too_large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void shouldRefuseWhenEncodedBodyIsTooLarge(String encoding) throws IOException {
    // Given
    byte[] noise = new byte[10_000];
    new Random(1).nextBytes(noise);
    byte[] encoded = encode(encoding, noise);
    assertThat(encoded.length).isGreaterThan(noise.length);

    // When
    BodyRejected rejected = rejected(encoded, encoding, noise.length);

    // Then
    assertThat(rejected.code()).isEqualTo("request_too_large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void shouldRefuseBombWhenItUnpacksTooFar(String encoding) throws IOException {
    // Given
    byte[] bomb = bomb(encoding);

    // When
    BodyRejected rejected = rejected(bomb, encoding, 256L * 1024 * 1024);

    // Then
    assertThat(rejected.status()).isEqualTo(400);
    assertThat(rejected.code()).isEqualTo("compression_ratio_exceeded");
  }

  @ParameterizedTest
  @CsvSource({
    "gzip, 0",
    "gzip, 1",
    "gzip, 5",
    "gzip, 10",
    "gzip, 100",
    "gzip, -9",
    "gzip, -4",
    "gzip, -1",
    "zstd, 1",
    "zstd, 3",
    "zstd, 100",
    "zstd, -5",
    "zstd, -1",
  })
  void shouldRefuseWhenFrameIsCut(String encoding, int length) throws IOException {
    // Given
    byte[] encoded = encode(encoding, BODY);
    byte[] cut = Arrays.copyOf(encoded, length < 0 ? encoded.length + length : length);

    // When
    BodyRejected rejected = rejected(cut, encoding, MAX);

    // Then
    assertThat(rejected.status()).isEqualTo(400);
    assertThat(rejected.code()).isEqualTo("invalid_content_encoding");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void shouldNeverGiveOtherBytesWhenFrameIsDamaged(String encoding) throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    byte[] body = text(3_000);
    byte[] encoded = encode(encoding, body);
    for (int round = 0; round < 500; round++) {
      byte[] damaged = encoded.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));

      // When
      byte[] decoded;
      try {
        decoded = decode(new ByteArrayInputStream(damaged), encoding, MAX);
      } catch (BodyRejected e) {
        continue;
      }

      // Then
      assertThat(decoded).as("seed %s, round %s", seed, round).isEqualTo(body);
    }
  }

  @Test
  void shouldRefuseWhenWindowIsTooLarge() throws IOException {
    // Given
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    try (ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(encoded)) {
      zstd.setLong(27);
      zstd.write(BODY);
    }

    // Then
    assertThat(rejected(encoded.toByteArray(), "zstd", MAX).code())
        .isEqualTo("invalid_content_encoding");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void shouldReadAllFramesWhenThereAreSeveral(String encoding) throws IOException {
    // Given
    byte[] encoded = concat(encode(encoding, BODY), encode(encoding, text(5)));

    // When
    byte[] decoded = decode(new DrippingStream(encoded, null), encoding, MAX);

    // Then
    assertThat(decoded).isEqualTo(concat(BODY, text(5)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void shouldRefuseWhenBytesFollowTheFrame(String encoding) throws IOException {
    for (int more : new int[] {1, 4, 20, 30_000}) {
      byte[] encoded = concat(encode(encoding, BODY), new byte[more]);
      Arrays.fill(encoded, encoded.length - more, encoded.length, (byte) 'x');
      assertThat(rejected(encoded, encoding, MAX).code())
          .as("%s bytes", more)
          .isEqualTo("invalid_content_encoding");
    }
  }

  @Test
  void shouldReadWhenGzipHeaderHasAllFields() throws IOException {
    // Given
    byte[] plain = encode("gzip", BODY);
    byte[] header = {
      0x1f, (byte) 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 'e', 'x', 'n', 0, 'c', 0, 1, 2
    };

    // When
    byte[] decoded =
        decode(
            new ByteArrayInputStream(concat(header, Arrays.copyOfRange(plain, 10, plain.length))),
            "gzip",
            MAX);

    // Then
    assertThat(decoded).isEqualTo(BODY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip", "zstd"})
  void shouldPassOnWhatRawStreamThrows(String encoding) throws IOException {
    // Given
    byte[] encoded = encode(encoding, BODY);
    IOException gone = new IOException("connection reset");
    InputStream raw = new DrippingStream(Arrays.copyOf(encoded, encoded.length / 2), gone);

    // Then
    assertThatThrownBy(() -> decode(raw, encoding, MAX)).isSameAs(gone);
  }

  @Test
  void shouldLeaveRawStreamOpenWhenClosed() throws IOException {
    for (String encoding : new String[] {"identity", "gzip", "zstd"}) {
      boolean[] closed = {false};
      InputStream raw =
          new ByteArrayInputStream(encode(encoding, BODY)) {
            @Override
            public void close() {
              closed[0] = true;
            }
          };
      InputStream decoded = ContentDecoding.decode(raw, encoding, MAX);
      assertThat(decoded.read()).isEqualTo(BODY[0]);
      decoded.close();
      assertThat(closed[0]).as(encoding).isFalse();
    }
  }

  @Test
  void shouldCarryRejectionThroughWhenScannerReads() throws IOException {
    byte[] encoded =
        encode("gzip", "{\"model\":\"m\",\"input\":\"x\"}".getBytes(StandardCharsets.UTF_8));
    BodyRejected rejected =
        catchThrowableOfType(
            BodyRejected.class,
            () ->
                BodyScanner.scan(
                    ContentDecoding.decode(new ByteArrayInputStream(encoded), "gzip", 10),
                    OutputStream.nullOutputStream(),
                    OutputStream.nullOutputStream(),
                    CheckpointOpener.none(),
                    Purpose.COMPACTION));
    assertThat(rejected.code()).isEqualTo("request_too_large");
  }

  private static BodyRejected rejected(byte[] encoded, String encoding, long max) {
    BodyRejected rejected =
        catchThrowableOfType(
            BodyRejected.class,
            () -> {
              try (InputStream decoded =
                  ContentDecoding.decode(new ByteArrayInputStream(encoded), encoding, max)) {
                decoded.transferTo(OutputStream.nullOutputStream());
              }
            });
    assertThat(rejected).isNotNull();
    return rejected;
  }

  private static byte[] decode(InputStream raw, @Nullable String encoding, long max)
      throws IOException {
    try (InputStream decoded = ContentDecoding.decode(raw, encoding, max)) {
      return decoded.readAllBytes();
    }
  }

  private static byte[] encode(String encoding, byte[] body) throws IOException {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    try (OutputStream encoder = encoder(encoding, encoded)) {
      encoder.write(body);
    }
    return encoded.toByteArray();
  }

  private static OutputStream encoder(String encoding, OutputStream into) throws IOException {
    String name = encoding.strip().toLowerCase(java.util.Locale.ROOT);
    return switch (name) {
      case "gzip", "x-gzip" -> new GZIPOutputStream(into);
      case "zstd" -> {
        ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(into);
        zstd.setChecksum(true);
        yield zstd;
      }
      default -> into;
    };
  }

  /// 100 MiB of spaces.
  private static byte[] bomb(String encoding) throws IOException {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    try (OutputStream encoder = encoder(encoding, encoded)) {
      byte[] spaces = new byte[1024 * 1024];
      Arrays.fill(spaces, (byte) ' ');
      for (int i = 0; i < 100; i++) {
        encoder.write(spaces);
      }
    }
    return encoded.toByteArray();
  }

  private static byte[] text(int length) {
    return Json.randomText(new Random(length), length)
        .substring(0, length / 2)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  /// Gives a few bytes at a time, and at its end fails if told so.
  private static final class DrippingStream extends BlockStream {
    private final byte[] bytes;
    private final @Nullable IOException end;
    private int at;

    DrippingStream(byte[] bytes, @Nullable IOException end) {
      this.bytes = bytes;
      this.end = end;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (at == bytes.length) {
        if (end != null) {
          throw end;
        }
        return -1;
      }
      int read = Math.min(Math.min(length, 1 + at % 7), bytes.length - at);
      System.arraycopy(bytes, at, into, offset, read);
      at += read;
      return read;
    }
  }
}
