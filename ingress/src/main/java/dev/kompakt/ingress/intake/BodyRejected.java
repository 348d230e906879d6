package dev.kompakt.ingress.intake;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The client's body cannot be accepted. An [IOException], so that it comes through the streams of
/// [ContentDecoding] as what it is; it has no stack trace, being the client's mistake.
///
/// The message names what was wrong and where, and never holds text of the body other than field
/// names that look like identifiers.
public final class BodyRejected extends IOException {
  private final int status;
  private final String code;
  private final @Nullable String param;

  BodyRejected(int status, String code, @Nullable String param, String message) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
  }

  static BodyRejected invalid(String code, @Nullable String param, String message) {
    return new BodyRejected(400, code, param, message);
  }

  /// 400, as 413 makes some clients send the whole body again.
  static BodyRejected tooLarge(String code, @Nullable String param, String message) {
    return new BodyRejected(400, code, param, message);
  }

  /// HTTP status: 400 or 415.
  public int status() {
    return status;
  }

  /// `error.type` of OpenAI's envelope.
  public String type() {
    return "invalid_request_error";
  }

  /// `error.code` of OpenAI's envelope.
  public String code() {
    return code;
  }

  /// `error.param` of OpenAI's envelope: the field at fault, if it is one field's fault.
  public @Nullable String param() {
    return param;
  }

  /// `error.message` of OpenAI's envelope.
  public String explanation() {
    return String.valueOf(getMessage());
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
