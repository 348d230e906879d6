package dev.kompakt.bootstrap.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.FilterReply;
import dev.kompakt.bootstrap.config.KompaktConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/// Sets up logging from the config: one line per event, to stderr, so that stdout stays for data.
public final class Logging {
  /// Line breaks and other control characters in messages, values and stack traces become a blank,
  /// so that an event is one line and nothing logged can pass for another.
  private static final String PATTERN =
      "%d{HH:mm:ss.SSS} %-5level %logger{0} - "
          + "%replace(%msg %kvp{NONE} %ex{10}){'[\\p{Cntrl}\u0085\u2028\u2029]+', ' '}%n%nopex";

  /// Loggers of Kafka's that warn at every start and stop of a healthy process.
  private static final List<String> WARN_OF_WHAT_IS_NORMAL =
      List.of(
          "kafka.server.DefaultAutoTopicCreationManager",
          "org.apache.kafka.controller",
          "org.apache.kafka.streams.StreamsConfig",
          "org.apache.kafka.streams.processor.internals.StateDirectory",
          "org.apache.kafka.clients.consumer.internals.AsyncKafkaConsumer",
          "org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils");

  /// Loggers that tell of every answer a controller gives while it is being elected, and of what a
  /// stream thread is about to die of, which the router tells.
  private static final List<String> UNHEARD =
      List.of(
          "kafka.server.ControllerApis",
          "org.apache.kafka.clients.admin.KafkaAdminClient",
          "org.apache.kafka.clients.consumer.internals.StreamsGroupHeartbeatRequestManager",
          "org.apache.kafka.clients.consumer.internals.StreamsMembershipManager");

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
    root.setLevel(log.level() == KompaktConfig.Log.Level.ERROR ? Level.ERROR : Level.WARN);
    WARN_OF_WHAT_IS_NORMAL.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
    context.addTurboFilter(new Recoverable());
    context.addTurboFilter(new OnceInAWhile());
    UNHEARD.forEach(name -> context.getLogger(name).setLevel(Level.OFF));
    context.getLogger("dev.kompakt").setLevel(Level.valueOf(log.level().name()));
    // last, for until the levels are set everything is let through
    root.addAppender(stderr);
  }

  /// What Kafka says that means nothing: the embedded broker closes a client of its own twice at
  /// every stop, the router's topics are asked for before they are made, the router tells itself
  /// why its streams end or its directory is taken, a producer that is closed before it was let in
  /// has no transaction to abort, one that is closed by a stop is interrupted, and brokers forget
  /// by themselves what a reader was about to fetch.
  private static final class Recoverable extends TurboFilter {
    @Override
    public FilterReply decide(
        @Nullable Marker marker,
        Logger logger,
        Level level,
        @Nullable String format,
        Object @Nullable [] arguments,
        @Nullable Throwable cause) {
      return format != null
              && (format.contains("Attempting to close NetworkClient")
                  || format.contains("reported a recoverable issue")
                  || format.contains("The streams client is going to shut down now")
                  || format.contains("while aborting transaction when during closing")
                  || format.contains("Interrupted while joining ioThread")
                  || format.contains("Unable to obtain lock as state directory")
                  || format.contains("Failed to close fetcher"))
          ? FilterReply.DENY
          : FilterReply.NEUTRAL;
    }
  }

  /// While a broker is down, each of Kafka's clients says so every second: one of them is heard,
  /// and once in a while.
  private static final class OnceInAWhile extends TurboFilter {
    private static final long WHILE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final List<String> SAID_AGAIN_AND_AGAIN =
        List.of(
            "could not be established",
            "disconnected",
            "Connection to node",
            "Couldn't resolve server");

    private final Map<String, Long> heard = new ConcurrentHashMap<>();

    @Override
    public FilterReply decide(
        @Nullable Marker marker,
        Logger logger,
        Level level,
        @Nullable String format,
        Object @Nullable [] arguments,
        @Nullable Throwable cause) {
      if (format == null
          || level != Level.WARN
          || !logger.getName().startsWith("org.apache.kafka.clients.")) {
        return FilterReply.NEUTRAL;
      }
      return SAID_AGAIN_AND_AGAIN.stream()
          .filter(format::contains)
          .findFirst()
          .map(this::hear)
          .orElse(FilterReply.NEUTRAL);
    }

    private FilterReply hear(String said) {
      long now = System.nanoTime();
      boolean[] first = new boolean[1];
      heard.compute(
          said,
          (_, last) -> {
            first[0] = last == null || now - last > WHILE_NANOS;
            return first[0] ? Long.valueOf(now) : last;
          });
      return first[0] ? FilterReply.NEUTRAL : FilterReply.DENY;
    }
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
