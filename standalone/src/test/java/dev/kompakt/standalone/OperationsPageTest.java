package dev.kompakt.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.kafka.Rights;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.Test;

/// docs/operations.md, where it names what the code has.
class OperationsPageTest {
  private static final Pattern METRIC = Pattern.compile("\\bkompakt_[a-z_]+");

  @Test
  void shouldNameNoMetricThatIsNotExported() throws IOException {
    // Given
    Meters meters = new Meters();
    for (Meter meter : Meter.values()) {
      String[] tags = meter.tags().stream().map(tag -> "some").toArray(String[]::new);
      switch (meter.kind()) {
        case COUNTER -> meters.count(meter, tags);
        case GAUGE -> meters.gauge(meter, () -> 1, tags);
        case TIMER -> meters.record(meter, Duration.ofMillis(1), tags);
      }
    }

    // When
    Set<String> exported =
        meters
            .scrape()
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split("[ {]", 2)[0])
            .collect(Collectors.toSet());
    Set<String> named =
        METRIC
            .matcher(page())
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toCollection(TreeSet::new));

    // Then
    assertThat(named).hasSizeGreaterThan(20);
    assertThat(exported).containsAll(named);
  }

  @Test
  void shouldNameEveryRightThatRolesNeedAndNoOther() throws IOException {
    // When
    String[] parts = page().split("<!-- Held to the code by OperationsPageTest. -->\n", -1);

    // Then
    assertThat(parts).hasSize(2);
    assertThat(parts[1].split("\n\n", 2)[0]).isEqualTo(table());
  }

  private static String table() {
    Stream<String> topics = Topics.ALL.stream().map(OperationsPageTest::row);
    Stream<String> groups =
        rows(
            "group",
            rights ->
                rights.groups().entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, own -> text(own.getValue()))));
    Stream<String> transactions =
        rows(
            "transactional ids that begin with",
            rights -> prefixes(rights, Set.of(AclOperation.WRITE)));
    Stream<String> ownTopics =
        rows("topics that begin with", rights -> prefixes(rights, Rights.ON_OWN_TOPICS));
    return Stream.of(
            Stream.of(
                "| on | ingress | worker | router |",
                "|---|---|---|---|",
                "| every topic below | Describe, DescribeConfigs | Describe, DescribeConfigs |"
                    + " Describe, DescribeConfigs |"),
            topics,
            groups,
            transactions,
            ownTopics)
        .flatMap(Function.identity())
        .collect(Collectors.joining("\n"));
  }

  private static String row(Topic<?, ?> topic) {
    return "| topic `"
        + topic.name()
        + "` | "
        + cells(role -> text(role.rights().topics().getOrDefault(topic, Set.of())))
        + " |";
  }

  private static Map<String, String> prefixes(Rights rights, Set<AclOperation> operations) {
    return rights.transactional().stream()
        .collect(Collectors.toMap(Function.identity(), _ -> text(operations)));
  }

  private static Stream<String> rows(String kind, Function<Rights, Map<String, String>> allowed) {
    return Arrays.stream(Role.values())
        .flatMap(role -> allowed.apply(role.rights()).keySet().stream())
        .sorted()
        .distinct()
        .map(
            name ->
                "| "
                    + kind
                    + " `"
                    + name
                    + "` | "
                    + cells(role -> allowed.apply(role.rights()).getOrDefault(name, ""))
                    + " |");
  }

  private static String cells(Function<Role, String> cell) {
    return Arrays.stream(Role.values()).map(cell).collect(Collectors.joining(" | "));
  }

  private static String text(Collection<AclOperation> operations) {
    return operations.stream()
        .sorted()
        .map(OperationsPageTest::text)
        .collect(Collectors.joining(", "));
  }

  /// As Kafka's tools take it.
  private static String text(AclOperation operation) {
    return Arrays.stream(operation.name().split("_", -1))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/operations.md"));
  }
}
