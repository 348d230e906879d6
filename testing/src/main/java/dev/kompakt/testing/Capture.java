package dev.kompakt.testing;

import java.util.List;

/// A request as a real client sent it, its long texts cut and its secrets replaced.
///
/// @param name of the recording
/// @param note what the client was doing
/// @param headers in the order sent, without those that describe the connection or the body's
///   length and encoding
/// @param body JSON
public record Capture(
    String name, String note, String method, String path, List<Header> headers, String body) {
  /// One header line.
  public record Header(String name, String value) {}

  public Capture {
    headers = List.copyOf(headers);
  }

  @Override
  public String toString() {
    return name;
  }
}
