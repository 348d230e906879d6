package dev.kompakt.bootstrap.config;

import static dev.kompakt.bootstrap.config.ConfigBinder.YAML;

import dev.kompakt.bootstrap.fault.CrashPoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads the configuration: defaults, then the file, then `KOMPAKT_…` environment variables, then
/// flags. Unknown keys and bad values are refused with their full key.
public final class ConfigLoader {
  private static final String DEFAULTS = "/kompakt-defaults.yaml";

  /// Its keys are Kafka's own, dots and all.
  private static final String PASSED_THROUGH = "kafka.client";

  /// Variables that are no config keys.
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "KOMPAKT_BUILD",
          "KOMPAKT_CONFIG",
          "KOMPAKT_JAVA_HOME",
          "KOMPAKT_JAVA_OPTS",
          "KOMPAKT_KEY",
          CrashPoint.VARIABLE);

  private static final Pattern SENSITIVE =
      Pattern.compile("password|secret|jaas|token|credential|[.]key$|certificate");

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
    return ConfigBinder.bind(tree(file, environment, flags));
  }

  /// Everything that is wrong with the configuration, missing credentials included; empty if it can
  /// be used.
  public static List<ConfigException> problems(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
    try {
      return ConfigProblems.of(
          tree(file, environment, flags), (ObjectNode) YAML.readTree(defaults()));
    } catch (ConfigException e) {
      return List.of(e);
    }
  }

  /// The configuration [#load] gives, for people; secrets are `***` and where they lie.
  public static JsonNode effective(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
    ObjectNode tree = tree(file, environment, flags);
    var _ = ConfigBinder.bind(tree.deepCopy());
    mask(tree.path("sealing"), "key");
    mask(tree.path("admin"), "key");
    for (JsonNode account : tree.path("accounts")) {
      mask(account, "apiKey");
      mask(account.path("oauth"), "refreshToken");
    }
    JsonNode client = tree.path("kafka").path("client");
    client.propertyNames().stream()
        .filter(name -> SENSITIVE.matcher(name.toLowerCase(Locale.ROOT)).find())
        .toList()
        .forEach(name -> mask(client, name));
    return tree;
  }

  /// A tree as YAML.
  public static String yaml(JsonNode tree) {
    return YAML.writeValueAsString(tree);
  }

  /// The commented defaults, as text.
  public static String defaults() {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(DEFAULTS)) {
      if (in == null) {
        throw new IllegalStateException("resource " + DEFAULTS + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The environment variable of each key.
  static Map<String, String> variables() {
    return variables((ObjectNode) YAML.readTree(defaults()), "");
  }

  private static void checkCrashPoint(Map<String, String> environment) {
    try {
      CrashPoint.check(environment.get(CrashPoint.VARIABLE));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(CrashPoint.VARIABLE, String.valueOf(e.getMessage()));
    }
  }

  private static ObjectNode tree(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
    checkCrashPoint(environment);
    ObjectNode tree = (ObjectNode) YAML.readTree(defaults());
    Map<String, String> keys = new LinkedHashMap<>();
    variables(tree, "").forEach((key, variable) -> keys.put(variable, key));
    if (file != null) {
      merge(tree, readFile(file));
    }
    Set<String> secrets = new HashSet<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("KOMPAKT_") && !OTHER_VARIABLES.contains(name)) {
            String key = keys.get(name);
            if (key == null) {
              secrets.add(name);
            } else {
              set(tree, key, value, name);
            }
          }
        });
    flags.forEach((key, value) -> set(tree, key, value, key));
    Set<String> referred = new HashSet<>();
    references(tree, referred);
    for (String name : secrets) {
      if (!referred.contains("env:" + name)) {
        throw new ConfigException(
            name, "is no setting of Kompakt, and no setting refers to it as env:" + name);
      }
    }
    return tree;
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
    } catch (NoSuchFileException e) {
      throw new ConfigException(file.toString(), "there is no such file");
    } catch (IOException e) {
      throw new ConfigException(
          file.toString(), "cannot be read (" + e.getClass().getSimpleName() + ")");
    } catch (JacksonException e) {
      throw new ConfigException(
          file.toString(),
          "is not valid YAML at line " + e.getLocation().getLineNr() + ": " + firstLine(e));
    }
  }

  private static String firstLine(JacksonException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("");
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
                    key,
                    "KOMPAKT_"
                        + key.replaceAll("([a-z])([A-Z])", "$1_$2")
                            .replace('.', '_')
                            .toUpperCase(Locale.ROOT));
              }
            });
    return names;
  }

  private static void references(JsonNode node, Set<String> into) {
    if (node.isString()) {
      into.add(node.stringValue());
    }
    node.forEach(child -> references(child, into));
  }

  /// A key with nothing after it, as one whose lines are all commented out, keeps its default.
  private static void merge(ObjectNode into, JsonNode from) {
    from.properties()
        .forEach(
            entry -> {
              JsonNode known = into.get(entry.getKey());
              if (known instanceof ObjectNode child && entry.getValue().isObject()) {
                merge(child, entry.getValue());
              } else if (known == null || !entry.getValue().isNull()) {
                into.set(entry.getKey(), withoutNulls(entry.getValue()));
              }
            });
  }

  private static JsonNode withoutNulls(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.removeIf(JsonNode::isNull);
      object.forEach(ConfigLoader::withoutNulls);
    } else if (node instanceof ArrayNode array) {
      array.forEach(ConfigLoader::withoutNulls);
    }
    return node;
  }

  private static void set(ObjectNode tree, String key, String value, String origin) {
    boolean passedThrough = key.startsWith(PASSED_THROUGH + ".");
    int last = passedThrough ? PASSED_THROUGH.length() : key.lastIndexOf('.');
    ObjectNode node = tree;
    for (String step : last < 0 ? new String[0] : key.substring(0, last).split("\\.", -1)) {
      if (!(node.get(step) instanceof ObjectNode child)) {
        throw new ConfigException(origin, "is no setting");
      }
      node = child;
    }
    String name = key.substring(last + 1);
    JsonNode parsed =
        passedThrough || value.isBlank()
            ? YAML.getNodeFactory().stringNode(value.strip())
            : parse(value, origin);
    if (node.get(name) instanceof ObjectNode child && parsed.isObject()) {
      merge(child, parsed);
    } else {
      node.set(name, parsed);
    }
  }

  private static JsonNode parse(String value, String origin) {
    try {
      JsonNode parsed = YAML.readTree(value);
      if (parsed.isNull() || parsed.isMissingNode()) {
        throw new ConfigException(origin, "has no value");
      }
      return withoutNulls(parsed);
    } catch (JacksonException e) {
      throw new ConfigException(origin, "the value is not valid YAML: " + firstLine(e));
    }
  }

  private static void mask(JsonNode holder, String name) {
    if (holder instanceof ObjectNode object && object.path(name).isString()) {
      String reference = object.path(name).stringValue();
      object.put(name, Secret.isReference(reference) ? "*** (" + reference + ")" : "***");
    }
  }
}
