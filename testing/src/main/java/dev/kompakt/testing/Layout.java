package dev.kompakt.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a [Cluster] is made of. Its processes are called `broker`, `router`, `worker` and
/// `ingress`; where there are more of a kind, the further ones `worker-2`, `worker-3` and so on.
///
/// @param brokers one, or three that keep three copies and need two to write
/// @param linked processes whose way to the brokers can be broken, see [Cluster#link]
/// @param options for the JVM, by process; they win over `-Xmx512m`
/// @param settings of the config, by process
/// @param environment variables, by process
public record Layout(
    int brokers,
    int routers,
    int workers,
    int ingresses,
    Set<String> linked,
    Map<String, List<String>> options,
    Map<String, Map<String, String>> settings,
    Map<String, Map<String, String>> environment) {

  /// One of each kind.
  public static final Layout ONE_OF_EACH =
      new Layout(1, 1, 1, 1, Set.of(), Map.of(), Map.of(), Map.of());

  public Layout {
    linked = Set.copyOf(linked);
    options = Map.copyOf(options);
    settings = Map.copyOf(settings);
    environment = Map.copyOf(environment);
  }

  public Layout brokers(int count) {
    return new Layout(count, routers, workers, ingresses, linked, options, settings, environment);
  }

  public Layout routers(int count) {
    return new Layout(brokers, count, workers, ingresses, linked, options, settings, environment);
  }

  public Layout workers(int count) {
    return new Layout(brokers, routers, count, ingresses, linked, options, settings, environment);
  }

  public Layout ingresses(int count) {
    return new Layout(brokers, routers, workers, count, linked, options, settings, environment);
  }

  /// Has this process reach the brokers by a link of its own.
  public Layout linked(String name) {
    Set<String> more = new HashSet<>(linked);
    more.add(name);
    return new Layout(brokers, routers, workers, ingresses, more, options, settings, environment);
  }

  /// Adds a JVM option.
  public Layout option(String name, String option) {
    Map<String, List<String>> more = new HashMap<>(options);
    more.merge(name, List.of(option), Layout::joined);
    return new Layout(brokers, routers, workers, ingresses, linked, more, settings, environment);
  }

  /// Adds a setting by its full key.
  public Layout setting(String name, String key, String value) {
    return new Layout(
        brokers,
        routers,
        workers,
        ingresses,
        linked,
        options,
        with(settings, name, key, value),
        environment);
  }

  /// Adds an environment variable.
  public Layout environment(String name, String variable, String value) {
    return new Layout(
        brokers,
        routers,
        workers,
        ingresses,
        linked,
        options,
        settings,
        with(environment, name, variable, value));
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  private static Map<String, Map<String, String>> with(
      Map<String, Map<String, String>> all, String name, String key, String value) {
    Map<String, String> own = new HashMap<>(all.getOrDefault(name, Map.of()));
    own.put(key, value);
    Map<String, Map<String, String>> more = new HashMap<>(all);
    more.put(name, Map.copyOf(own));
    return more;
  }

  /// The names of all processes, those first that others need.
  public List<String> processes() {
    List<String> all = new ArrayList<>(names("broker", brokers));
    all.addAll(names("router", routers));
    all.addAll(names("worker", workers));
    all.addAll(names("ingress", ingresses));
    return all;
  }

  /// The names of so many processes of a kind.
  static List<String> names(String kind, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      names.add(i == 1 ? kind : kind + "-" + i);
    }
    return names;
  }
}
