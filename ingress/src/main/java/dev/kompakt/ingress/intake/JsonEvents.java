package dev.kompakt.ingress.intake;

import java.io.IOException;

/// What a [JsonLexer] reports. Positions count bytes from the start of the body; `at` is the first
/// byte of a token, `end` the first byte after it.
///
/// Strings and names come in runs of decoded UTF-8, in order, as the bytes arrive. An escaped lone
/// surrogate comes as the three bytes its code point would take.
public interface JsonEvents {
  void openObject(long at) throws IOException;

  void closeObject(long end) throws IOException;

  void openArray(long at) throws IOException;

  void closeArray(long end) throws IOException;

  void openName(long at) throws IOException;

  void closeName(long end) throws IOException;

  void openString(long at) throws IOException;

  void closeString(long end) throws IOException;

  /// A run of a string or name that stands in the body as it is. It may begin or end within a
  /// character where the body was fed in pieces.
  void text(byte[] bytes, int offset, int length, long at) throws IOException;

  /// One character of a string or name that the body writes as an escape, or as two escapes for a
  /// surrogate pair.
  void escape(byte[] utf8, int length, long at) throws IOException;

  void openNumber(long at) throws IOException;

  /// A run of a number as it is spelt.
  void digits(byte[] bytes, int offset, int length) throws IOException;

  void closeNumber(long end) throws IOException;

  /// `true`, `false` or `null`, told apart by the first letter.
  void literal(byte first, long end) throws IOException;

  /// Where the lexer stands, for people.
  String path();
}
