package dev.kompakt.schemas.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  private static final String COMPACTION = "cmpn_0123456789abcdef0123456789abcdef01234567";
  private static final String CONTENT = "a".repeat(64);

  @Test
  void shouldDependOnTenantAndContentAlone() {
    // Given
    TenantId alice = new TenantId("alice");

    // When
    CompactionId id = CompactionId.of(alice, CONTENT);

    // Then
    assertThat(id).isEqualTo(CompactionId.of(new TenantId("alice"), CONTENT));
    assertThat(id).isNotEqualTo(CompactionId.of(new TenantId("bob"), CONTENT));
    assertThat(id).isNotEqualTo(CompactionId.of(alice, "b".repeat(64)));
    assertThat(id.value()).isEqualTo("cmpn_ded77159f9a414200a903320693582244db7ccb3");
  }

  @Test
  void shouldDependOnCompactionAndFailureAlone() {
    // Given
    CompactionId compaction = new CompactionId(COMPACTION);
    Instant failedAt = Instant.parse("2026-11-20T10:00:00.123Z");

    // When
    ReplayId id = ReplayId.of(compaction, failedAt);

    // Then
    assertThat(id).isEqualTo(ReplayId.of(compaction, failedAt));
    assertThat(id).isNotEqualTo(ReplayId.of(compaction, failedAt.plusMillis(1)));
    assertThat(id)
        .isNotEqualTo(ReplayId.of(CompactionId.of(new TenantId("bob"), CONTENT), failedAt));
  }

  @Test
  void shouldReadBackWhatTheyWrite() {
    // Given
    AttemptId attempt = new AttemptId(new JobId(new CompactionId(COMPACTION), 12), 3);

    // When
    String text = attempt.toString();

    // Then
    assertThat(text).isEqualTo(COMPACTION + "/12#3");
    assertThat(AttemptId.parse(text)).isEqualTo(attempt);
    assertThat(JobId.parse(attempt.job().toString())).isEqualTo(attempt.job());
    assertThat(attempt.compaction().value()).isEqualTo(COMPACTION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/1#1",
        "/1#0",
        "/1#",
        "/1",
        "/-1#1",
        "/+1#1",
        "/01#1",
        "/1#١",
        "/1#99999999999"
      })
  void shouldRefuseAnAttemptIdThatIsNotWrittenThatWay(String end) {
    String text = end.equals("/1#1") ? "cmpn_short" + end : COMPACTION + end;
    assertThatIllegalArgumentException().isThrownBy(() -> AttemptId.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "-a", ".", "ä", "a/b", "a|b", "a\n"})
  void shouldRefuseNamesThatDoNotFitEveryPlaceTheyGo(String name) {
    List<Function<String, Object>> kinds = List.of(AccountId::new, ProviderId::new, TenantId::new);
    for (Function<String, Object> kind : kinds) {
      assertThatIllegalArgumentException().isThrownBy(() -> kind.apply(name));
    }
  }

  @Test
  void shouldShowOnlyTheBeginningOfALongWrongId() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PayloadId("x".repeat(5000)))
        .withMessageStartingWith("payload id 'xxx")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
  }

  @Test
  void shouldMakePayloadIdsThatDiffer() {
    assertThat(PayloadId.random()).isNotEqualTo(PayloadId.random());
  }
}
