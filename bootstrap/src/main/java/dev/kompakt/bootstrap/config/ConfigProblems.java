package dev.kompakt.bootstrap.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Everything that is wrong with a tree of settings: what is refused is taken out, and the rest is
/// looked at again.
final class ConfigProblems {
  private static final int MOST = 50;
  private static final Pattern STEPS = Pattern.compile("\\.|(?=\\[)");

  private final ObjectNode tree;
  private final ObjectNode defaults;
  private final List<ConfigException> found = new ArrayList<>();

  private ConfigProblems(ObjectNode tree, ObjectNode defaults) {
    this.tree = tree;
    this.defaults = defaults;
  }

  static List<ConfigException> of(ObjectNode tree, ObjectNode defaults) {
    return new ConfigProblems(tree, defaults).find();
  }

  private List<ConfigException> find() {
    while (found.size() < MOST) {
      try {
        KompaktConfig config = ConfigBinder.bind(tree);
        config.accounts().forEach(account -> look(account::credential));
        look(config.admin()::credential);
        look(config.clientKeys()::read);
        break;
      } catch (ConfigException e) {
        found.add(e);
        if (!takeOut(e.key())) {
          break;
        }
      }
    }
    return List.copyOf(found);
  }

  private void look(Supplier<?> at) {
    try {
      var _ = at.get();
    } catch (ConfigException e) {
      found.add(e);
    }
  }

  /// Whether there was anything to take out.
  private boolean takeOut(String key) {
    String[] steps = STEPS.split(key, -1);
    JsonNode node = tree;
    JsonNode usual = defaults;
    for (int i = 0; i < steps.length; i++) {
      if (node instanceof ArrayNode entries) {
        return removeEntry(entries, steps[i], steps[0].equals("providers"));
      }
      if (!(node instanceof ObjectNode object) || !object.has(steps[i])) {
        return false;
      }
      if (i == steps.length - 1 || object.get(steps[i]).isValueNode()) {
        return reset(object, steps[i], usual.get(steps[i]));
      }
      node = object.get(steps[i]);
      usual = usual.path(steps[i]);
    }
    return false;
  }

  private static boolean reset(ObjectNode object, String name, @Nullable JsonNode usual) {
    JsonNode before = object.remove(name);
    if (usual != null) {
      object.set(name, usual.deepCopy());
    }
    return !before.equals(usual);
  }

  /// A list's entry goes whole, with the accounts of a provider, which would only be refused for
  /// its absence.
  private boolean removeEntry(ArrayNode entries, String step, boolean provider) {
    for (int i = 0; i < entries.size(); i++) {
      JsonNode entry = entries.get(i);
      JsonNode id = entry.path("id");
      if (step.equals("[" + i + "]") || (id.isString() && step.equals(id.stringValue()))) {
        entries.remove(i);
        if (provider && tree.get("accounts") instanceof ArrayNode accounts) {
          accounts.removeIf(account -> account.path("provider").equals(id));
        }
        return true;
      }
    }
    return false;
  }
}
