package dev.kompakt.bootstrap.config;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/// Turns a tree of settings into a [KompaktConfig], and Jackson's refusals into sentences that name
/// the full key and never hold a secret.
final class ConfigBinder {
  /// The one mapper for configuration.
  static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
          .disable(YAMLWriteFeature.SPLIT_LINES)
          .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
          .withConfigOverride(
              Duration.class, o -> o.setFormat(JsonFormat.Value.forShape(JsonFormat.Shape.STRING)))
          .addModule(new SimpleModule().addDeserializer(Duration.class, new PlainDuration()))
          .build();

  private ConfigBinder() {}

  /// The configuration this tree describes.
  ///
  /// @throws ConfigException naming the first thing that is wrong
  static KompaktConfig bind(ObjectNode tree) {
    try {
      return YAML.treeToValue(tree, KompaktConfig.class);
    } catch (JacksonException e) {
      throw refusal(e);
    }
  }

  /// What Jackson refuses, in our words.
  static ConfigException refusal(JacksonException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof ConfigException refused) {
        return refused;
      }
    }
    return new ConfigException(path(e), problem(e));
  }

  private static String problem(JacksonException e) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      List<String> known =
          unknown.getKnownPropertyIds().stream().map(Object::toString).sorted().toList();
      return "is no setting; known here: " + known;
    }
    if (e instanceof MismatchedInputException mismatch) {
      return mismatch(mismatch);
    }
    for (Throwable t = e; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (t instanceof IllegalArgumentException && message != null) {
        return message;
      }
    }
    return e instanceof DatabindException ? e.getOriginalMessage() : "cannot be understood";
  }

  private static String mismatch(MismatchedInputException e) {
    Class<?> target = e.getTargetType() == null ? Object.class : e.getTargetType();
    if (target == Secret.class) {
      return Secret.SYNTAX;
    }
    if (e.getOriginalMessage().startsWith("Missing required")) {
      return "is missing";
    }
    String given =
        e instanceof InvalidFormatException format
            ? "'" + format.getValue() + "' is not "
            : "is not ";
    if (target.isEnum()) {
      return given
          + "one of "
          + Arrays.stream(target.getEnumConstants())
              .map(c -> c.toString().toLowerCase(Locale.ROOT))
              .toList();
    }
    if (target == Instant.class) {
      return given + "a time such as 2027-01-31T00:00:00Z";
    }
    if (target == HostPort.class) {
      return given + "host:port";
    }
    if (List.class.isAssignableFrom(target)) {
      return given + "a list";
    }
    if (Set.of(int.class, long.class, Integer.class, Long.class).contains(target)) {
      return given + "a whole number";
    }
    return target.isRecord() && target.getRecordComponents().length > 1
        ? given + "a map of settings"
        : given + "a plain value";
  }

  private static String path(JacksonException e) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference step : e.getPath()) {
      if (step.getPropertyName() != null) {
        path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
      } else {
        path.append('[').append(step.getIndex()).append(']');
      }
    }
    return path.isEmpty() ? "config" : path.toString();
  }

  /// Durations as `500ms`, `10s`, `5m`, `24h` or `7d`.
  private static final class PlainDuration extends StdDeserializer<Duration> {
    private static final Pattern SYNTAX = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

    PlainDuration() {
      super(Duration.class);
    }

    @Override
    public Duration deserialize(JsonParser parser, DeserializationContext context) {
      String text = parser.getString();
      Matcher matcher = SYNTAX.matcher(text.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "'" + text + "' is not a duration such as 500ms, 10s or 5m");
      }
      long amount = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(amount);
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        case "h" -> Duration.ofHours(amount);
        default -> Duration.ofDays(amount);
      };
    }
  }
}
