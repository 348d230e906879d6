package dev.kompakt.bench.report;

import org.jspecify.annotations.Nullable;

/// A benchmark could not be carried out; the message says why, in one line for people.
public final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BenchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  public BenchException(String message) {
    this(message, null);
  }
}
