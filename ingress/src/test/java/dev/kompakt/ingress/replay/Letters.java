package dev.kompakt.ingress.replay;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Dead letters for tests.
public final class Letters {
  private Letters() {}

  /// A compaction's, with its payloads at offset 10 of partition 0 and two calls left to make.
  public static DeadLetter letter(int number, DeadLetter.Cause cause, Instant at) {
    PayloadRef payload =
        new PayloadRef(new PayloadId("p_" + "0".repeat(32)), 0, List.of(10L), 1_000);
    return new DeadLetter(
        cause,
        at,
        CompactionId.of(TenantId.LOCAL, "content " + number),
        TenantId.LOCAL,
        "gpt-1",
        4,
        4,
        1_000,
        new Failure(400, "invalid_request_error", "bad_thing", "It is bad.", null),
        null,
        new ProviderId("openai"),
        at.plus(Duration.ofDays(7)),
        new DeadLetter.Remaining(2, 1_000, 250),
        new DeadLetter.Pointers(payload, payload, List.of(payload)),
        null);
  }

  /// Has one come in.
  public static void put(DeadLetters letters, DeadLetter letter) {
    letters.take(letter);
  }
}
