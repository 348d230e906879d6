package dev.kompakt.schemas.topic;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Renders docs/topics.md from the catalogue.
final class TopicsPage {
  private static final String HEAD =
      """
      # Topics

      <!-- Generated from the topic catalogue (dev.kompakt.schemas.topic.Topics): \
      mvn -pl schemas test -Dtest=TopicsPageTest -Dkompakt.docs.write=true -->

      Everything Kompakt knows is on these topics. A process that starts creates those that are missing, \
      and so does `kompakt topics create`. Names, keys and records are a public contract.

      """;

  private static final String TAIL =
      """

      `kafka.partitions` and `kafka.lanes` are [settings](config.md); they are fixed once the topics \
      exist. *Log-compacted* means that Kafka keeps the newest record of each key.

      ## Records

      Keys are plain text. Each value is one JSON object that starts with its major version, \
      `{"v":1,…}`; values of `kompakt.payloads` are sealed bytes. Each topic has a JSON Schema \
      (2020-12) in `schemas/src/main/resources/schemas`, and examples of every variant in \
      `schemas/src/test/resources/golden/v1`.

      A reader ignores unknown fields, so an optional field may be added within a version. A record \
      of another major version, or one that lacks a required field, is counted \
      (`kompakt_unreadable_records_total`), logged by its position, and skipped. Submissions, jobs and \
      outcomes are also set aside on `kompakt.dead-letters`, with their position in `source` \
      (`topic-partition@offset`), except reports of ordinary turns and accounts. A compaction that \
      waits for such a record ends at its deadline.

      ## Following one compaction

      With `kcat` and the broker's address (`kompakt up` prints it):

      ```
      B=127.0.0.1:9092
      kcat -b $B -C -t kompakt.compactions -o beginning -e -q -f '%k %s\\n'
      ```

      prints the changes of every compaction (of older ones perhaps only the last). Take an id, \
      `cmpn_…`, and follow it downstream; it is the key of all its records except jobs and \
      payloads:

      ```
      ID=cmpn_0123456789abcdef0123456789abcdef01234567
      for T in submissions outcomes compactions dead-letters; do
        kcat -b $B -C -t kompakt.$T -o beginning -e -q -f "$T %k %T %s\\n" | grep " $ID "
      done
      kcat -b $B -C -t kompakt.jobs -o beginning -e -q -f 'jobs %k %T %s\\n' | grep "\\"attempt\\":\\"$ID/"
      ```

      1. **submissions**: one `submitted`, with pointers to the history, its spans and chunks. A second \
      one is the same request again, which attached.
      2. **jobs**: one record per attempt, `<compaction>/<job>#<attempt>`, keyed by the account whose \
      lane it is on. `work` is `whole`, `chunk`, `merge` or `join`.
      3. **outcomes**: `attempt_started` before an upstream call, `attempt_finished` with its \
      outcome after it. A started attempt without a finished one is in flight, or its worker died.
      4. **compactions**: the status; `sequence` counts its changes, and the last one has a \
      `completion`.
      5. **dead-letters**: one per failure, and another with the same `at` for each attempt reported \
      after it. The latest says what a replay has left to buy (`remaining`) and what it reads \
      (`pointers`). A `replay_requested` on submissions is an operator's replay; the statuses of its \
      run name it.

      This topic alone shows all failures, and counts them by cause:

      ```
      kcat -b $B -C -t kompakt.dead-letters -o beginning -e -q -f '%k %T %s\\n'
      kcat -b $B -C -t kompakt.dead-letters -o beginning -e -q -f '%s\\n' \
        | sed 's/.*"cause":"\\([A-Z_]*\\)".*/\\1/' | sort | uniq -c
      ```

      `kompakt dead-letter list` shows the same, and `kompakt replay` continues them.

      The records that a pointer (`id`, `partition`, `offsets`) refers to can be listed, but not read \
      without the sealing key:

      ```
      kcat -b $B -C -t kompakt.payloads -p 3 -o 100 -c 1 -f '%k %S bytes\\n'
      ```
      """;

  private TopicsPage() {}

  static String render() {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("| topic | key | kept | from → to | partitions | largest record | schema |\n");
    page.append("|---|---|---|---|---|---|---|\n");
    for (Topic<?, ?> topic : Topics.ALL) {
      page.append("| `")
          .append(topic.name())
          .append("` | ")
          .append(topic.keyedBy())
          .append(" | ")
          .append(kept(topic.logCompacted(), topic.retention()))
          .append(" | ")
          .append(topic.flow())
          .append(" | ")
          .append(partitions(topic.sizing()))
          .append(" | ")
          .append(topic.maxRecordBytes() / (1024 * 1024))
          .append(" MiB | ")
          .append(schema(topic))
          .append(" |\n");
    }
    return page.append(TAIL).toString();
  }

  private static String kept(boolean logCompacted, @Nullable Duration retention) {
    String days = retention == null ? "" : retention.toDays() + " d";
    if (!logCompacted) {
      return days;
    }
    return days.isEmpty() ? "log-compacted" : "log-compacted + " + days;
  }

  private static String partitions(Topic.Sizing sizing) {
    return switch (sizing) {
      case SCALED -> "`kafka.partitions`";
      case LANES -> "`kafka.lanes`";
      case SINGLE -> "1";
    };
  }

  private static String schema(Topic<?, ?> topic) {
    String file = Goldens.shortName(topic) + ".schema.json";
    return topic.values() instanceof JsonCodec<?>
        ? "[" + file + "](../schemas/src/main/resources/schemas/" + file + ")"
        : "sealed bytes";
  }
}
