package dev.kompakt.bootstrap.config;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Reads the configuration: defaults, then the file, then `KOMPAKT_…` environment variables, then
/// flags. Unknown keys and bad values are refused with their full key.
public final class ConfigLoader {
  private static final String DEFAULTS = "/kompakt-defaults.yaml";

  /// Variables that are no config keys.
  private static final Set<String> OTHER_VARIABLES =
      Set.of("KOMPAKT_JAVA_OPTS", "KOMPAKT_CONFIG", "KOMPAKT_KEY", "KOMPAKT_JAVA_HOME");

  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .withConfigOverride(
              Duration.class, o -> o.setFormat(JsonFormat.Value.forShape(JsonFormat.Shape.STRING)))
          .addModule(new SimpleModule().addDeserializer(Duration.class, new PlainDuration()))
          .build();

  private ConfigLoader() {}

  /// Reads and checks the configuration.
  ///
  /// @param file the config file, or null for none
  /// @param environment of which `KOMPAKT_…` variables are taken: `KOMPAKT_INGRESS_MAX_BODY_BYTES`
  ///   is `ingress.maxBodyBytes`
  /// @param flags values by full key
  /// @throws ConfigException if anything in it is wrong
  public static KompaktConfig load(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
    ObjectNode tree = (ObjectNode) YAML.readTree(defaults());
    Map<String, String> variables = variables(tree, "");
    if (file != null) {
      merge(tree, readFile(file));
    }
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("KOMPAKT_")
              && !name.startsWith("KOMPAKT_CRASH")
              && !OTHER_VARIABLES.contains(name)) {
            String key = variables.get(name);
            if (key == null) {
              throw new ConfigException(name, "is no setting of Kompakt");
            }
            set(tree, key, value);
          }
        });
    flags.forEach((key, value) -> set(tree, key, value));
    return bind(tree);
  }

  /// The commented defaults, as text.
  public static String defaults() {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(DEFAULTS)) {
      if (in == null) {
        throw new IllegalStateException("resource " + DEFAULTS + " is missing");
      }
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode readFile(Path file) {
    try {
      JsonNode read = YAML.readTree(Files.readString(file));
      if (read.isMissingNode() || read.isNull()) {
        return YAML.createObjectNode();
      }
      if (!read.isObject()) {
        throw new ConfigException(file.toString(), "is not a map of settings");
      }
      return read;
    } catch (IOException e) {
      throw new ConfigException(file.toString(), "cannot be read: is it there?");
    } catch (JacksonException e) {
      throw new ConfigException(
          file.toString(),
          "is not valid YAML at line "
              + e.getLocation().getLineNr()
              + ": "
              + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
  }

  private static KompaktConfig bind(ObjectNode tree) {
    try {
      return YAML.treeToValue(tree, KompaktConfig.class);
    } catch (UnrecognizedPropertyException e) {
      List<String> known = e.getKnownPropertyIds().stream().map(Object::toString).sorted().toList();
      throw new ConfigException(path(e), "is no setting; known here: " + known);
    } catch (JacksonException e) {
      for (Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof ConfigException refused) {
          throw refused;
        }
      }
      Throwable cause = e.getCause() instanceof IllegalArgumentException iae ? iae : e;
      String why =
          cause instanceof JacksonException j
              ? j.getOriginalMessage()
              : String.valueOf(cause.getMessage());
      throw new ConfigException(path(e), why);
    }
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

  private static Map<String, String> variables(ObjectNode node, String prefix) {
    Map<String, String> names = new LinkedHashMap<>();
    node.properties()
        .forEach(
            entry -> {
              String key = prefix + entry.getKey();
              if (entry.getValue() instanceof ObjectNode child && !child.isEmpty()) {
                names.putAll(variables(child, key + "."));
              } else {
                names.put(
                    "KOMPAKT_"
                        + key.replaceAll("([a-z])([A-Z])", "$1_$2")
                            .replace('.', '_')
                            .toUpperCase(Locale.ROOT),
                    key);
              }
            });
    return names;
  }

  private static void merge(ObjectNode into, JsonNode from) {
    from.properties()
        .forEach(
            entry -> {
              if (into.get(entry.getKey()) instanceof ObjectNode child
                  && entry.getValue().isObject()) {
                merge(child, entry.getValue());
              } else {
                into.set(entry.getKey(), entry.getValue());
              }
            });
  }

  private static void set(ObjectNode tree, String key, String value) {
    String[] steps = key.split("\\.", -1);
    ObjectNode node = tree;
    for (int i = 0; i < steps.length - 1; i++) {
      if (!(node.get(steps[i]) instanceof ObjectNode child)) {
        throw new ConfigException(key, "is no setting");
      }
      node = child;
    }
    JsonNode parsed = value.isEmpty() ? YAML.getNodeFactory().stringNode("") : YAML.readTree(value);
    node.set(steps[steps.length - 1], parsed);
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
