package dev.kompakt.bootstrap.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.kompakt.bootstrap.config.KompaktConfig;
import org.slf4j.LoggerFactory;

/// Sets up logging from the config: one line per event, to stderr, so that stdout stays for data.
public final class Logging {
  /// Line breaks and other control characters in messages, values and stack traces become a blank,
  /// so that an event is one line and nothing logged can pass for another.
  private static final String PATTERN =
      "%d{HH:mm:ss.SSS} %-5level %logger{0} - "
          + "%replace(%msg %kvp{NONE} %ex{10}){'[\\p{Cntrl}\u0085\u2028\u2029]+', ' '}%n%nopex";

  private Logging() {}

  /// Replaces whatever logging was set up before.
  public static void configure(KompaktConfig.Log log) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    Encoder<ILoggingEvent> encoder =
        switch (log.format()) {
          case JSON -> json();
          case PLAIN -> plain(context);
        };
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
    stderr.setContext(context);
    stderr.setTarget("System.err");
    stderr.setEncoder(encoder);
    stderr.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(stderr);
    root.setLevel(Level.WARN);
    context.getLogger("dev.kompakt").setLevel(Level.valueOf(log.level().name()));
  }

  private static Encoder<ILoggingEvent> json() {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setWithSequenceNumber(false);
    encoder.setWithContext(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithMarkers(false);
    encoder.setWithMDC(false);
    return encoder;
  }

  private static Encoder<ILoggingEvent> plain(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    return encoder;
  }
}
