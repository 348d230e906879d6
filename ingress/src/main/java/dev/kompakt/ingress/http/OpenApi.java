package dev.kompakt.ingress.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The description of the data plane, `openapi.json` among this module's resources.
final class OpenApi {
  private static final String RESOURCE = "/dev/kompakt/ingress/openapi.json";
  private static final byte[] DOCUMENT = read();

  private OpenApi() {}

  static byte[] document() {
    return DOCUMENT.clone();
  }

  private static byte[] read() {
    try (InputStream in = OpenApi.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("resource " + RESOURCE + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
