package dev.kompakt.bootstrap.kafka;

import dev.kompakt.schemas.topic.Topic;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/// What a process must be allowed in Kafka. Every process looks at every topic of the catalogue and
/// its settings at start, besides.
///
/// @param topics operations on each topic it writes or reads
/// @param groups READ for consumer groups it is a member of, DESCRIBE for others it looks at
/// @param transactional prefixes of transactional ids, and of the topics, that are its own
public record Rights(
    Map<Topic<?, ?>, Set<AclOperation>> topics,
    Map<String, AclOperation> groups,
    Set<String> transactional) {
  /// Operations on the topics that are a process' own.
  public static final Set<AclOperation> ON_OWN_TOPICS =
      Set.of(
          AclOperation.CREATE,
          AclOperation.DESCRIBE,
          AclOperation.DESCRIBE_CONFIGS,
          AclOperation.READ,
          AclOperation.WRITE,
          AclOperation.DELETE);

  public Rights {
    topics = Map.copyOf(topics);
    groups = Map.copyOf(groups);
    transactional = Set.copyOf(transactional);
  }

  /// None but to look.
  public static Rights none() {
    return new Rights(Map.of(), Map.of(), Set.of());
  }

  /// To write and to read these topics.
  public static Rights of(List<Topic<?, ?>> writes, List<Topic<?, ?>> reads) {
    Map<Topic<?, ?>, Set<AclOperation>> topics = new LinkedHashMap<>();
    writes.forEach(topic -> add(topics, topic, AclOperation.WRITE));
    reads.forEach(topic -> add(topics, topic, AclOperation.READ));
    return new Rights(topics, Map.of(), Set.of());
  }

  /// These and the others.
  public Rights and(Rights others) {
    Map<Topic<?, ?>, Set<AclOperation>> all = new LinkedHashMap<>();
    for (Rights rights : List.of(this, others)) {
      rights.topics.forEach(
          (topic, operations) -> operations.forEach(operation -> add(all, topic, operation)));
    }
    Set<String> prefixes = new HashSet<>(transactional);
    prefixes.addAll(others.transactional);
    Rights both = new Rights(all, groups, prefixes);
    for (Map.Entry<String, AclOperation> group : others.groups.entrySet()) {
      both = both.with(group.getKey(), group.getValue());
    }
    return both;
  }

  /// These, as a member of this group.
  public Rights inGroup(String group) {
    return with(group, AclOperation.READ);
  }

  /// These, looking at this group.
  public Rights watching(String group) {
    return with(group, AclOperation.DESCRIBE);
  }

  /// Who may read a group may also look at it.
  private Rights with(String group, AclOperation operation) {
    Map<String, AclOperation> more = new HashMap<>(groups);
    more.merge(group, operation, (one, other) -> one == AclOperation.READ ? one : other);
    return new Rights(topics, more, transactional);
  }

  /// These, with transactions and topics of its own, whose names begin so.
  public Rights owning(String prefix) {
    Set<String> prefixes = new HashSet<>(transactional);
    prefixes.add(prefix);
    return new Rights(topics, groups, prefixes);
  }

  /// What is missing of them on this topic, in a fixed order.
  List<AclOperation> missing(Topic<?, ?> topic, Set<AclOperation> allowed) {
    List<AclOperation> missing = new ArrayList<>(topics.getOrDefault(topic, Set.of()));
    missing.removeAll(allowed);
    missing.sort(null);
    return missing;
  }

  /// Says that a right on a topic is missing.
  static String lacking(AclOperation operation, String topic) {
    return lacking(operation, "topic", topic);
  }

  /// Says that a right is missing.
  static String lacking(AclOperation operation, String kind, String name) {
    return "an ACL is missing that allows this process " + operation + " on " + kind + " " + name;
  }

  private static void add(
      Map<Topic<?, ?>, Set<AclOperation>> topics, Topic<?, ?> topic, AclOperation operation) {
    topics.computeIfAbsent(topic, _ -> EnumSet.noneOf(AclOperation.class)).add(operation);
  }
}
