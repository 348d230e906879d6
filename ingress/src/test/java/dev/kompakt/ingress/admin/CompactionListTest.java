package dev.kompakt.ingress.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class CompactionListTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private final List<CompactionStatus> known = new ArrayList<>();
  private final CompactionList list =
      new CompactionList(
          new Statuses() {
            @Override
            public @Nullable CompactionStatus find(CompactionId compaction) {
              return null;
            }

            @Override
            public Collection<CompactionStatus> all() {
              return known;
            }
          });

  @Test
  void shouldListNewestFirstUpToLimit() {
    // Given
    for (int i : new int[] {2, 0, 3, 1}) {
      known.add(status(i, "alice", null));
    }

    // When
    JsonNode first = get(Map.of("limit", "3"));
    JsonNode all = get(Map.of());

    // Then
    assertThat(first.get("data")).hasSize(3);
    assertThat(first.get("has_more").asBoolean()).isTrue();
    assertThat(all.get("has_more").asBoolean()).isFalse();
    assertThat(all.at("/data/0/mode").asString()).isEqualTo("native");
    assertThat(all.get("data").valueStream().map(entry -> entry.get("created_at").asLong()))
        .containsExactly(seconds(3), seconds(2), seconds(1), seconds(0));
  }

  @Test
  void shouldNarrowDownByStatusAndTenant() {
    // Given
    known.add(status(0, "alice", null));
    known.add(status(1, "bob", null));
    known.add(status(2, "bob", new Completion.Cancelled()));
    known.add(
        status(
            3,
            "bob",
            new Completion.Completed(
                new PayloadRef(PayloadId.random(), 0, List.of(), 0), Usage.NONE)));

    // When
    JsonNode bobs = get(Map.of("tenant", "bob"));
    JsonNode running = get(Map.of("tenant", "bob", "status", "in_progress"));
    JsonNode completed = get(Map.of("status", "completed"));

    // Then
    assertThat(bobs.get("data")).hasSize(3);
    assertThat(running.get("data")).hasSize(1);
    assertThat(completed.get("data").get(0).get("tenant").asString()).isEqualTo("bob");
  }

  @Test
  void shouldSayWhatIsWrongWhenQueryIsNotUnderstood() {
    assertThatThrownBy(() -> get(Map.of("status", "done"))).hasMessageContaining("in_progress");
    assertThatThrownBy(() -> get(Map.of("limit", "0"))).hasMessageContaining("limit");
    assertThatThrownBy(() -> get(Map.of("limit", "x"))).hasMessageContaining("limit");
    assertThatThrownBy(() -> get(Map.of("state", "x"))).hasMessageContaining("state");
  }

  private JsonNode get(Map<String, String> query) {
    return new JsonMapper().readTree(list.answer(query).body());
  }

  private static long seconds(int after) {
    return NOW.plusSeconds(after).getEpochSecond();
  }

  private static CompactionStatus status(
      int after, String tenant, @Nullable Completion completion) {
    TenantId owner = new TenantId(tenant);
    Instant at = NOW.plusSeconds(after);
    return new CompactionStatus(
        CompactionId.of(owner, "content " + after),
        owner,
        "content " + after,
        null,
        "m",
        Mode.NATIVE,
        1,
        at,
        at,
        null,
        new CompactionStatus.Progress(2, 1, 1, 2),
        new CompactionStatus.Size(3, 400, 100),
        completion,
        null);
  }
}
