package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.router.topology.RouterSettings;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.LongText;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Submissions and configured providers for tests.
public final class Fixtures {
  public static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
  public static final Duration DEADLINE = Duration.ofMinutes(30);
  public static final ProviderId PROVIDER = new ProviderId("openai");
  public static final TenantId TENANT = new TenantId("alice");
  public static final String CONTENT = "ab".repeat(32);
  public static final Usage USAGE = new Usage(10, 0, 1, 0);
  public static final CompactionId COMPACTION = CompactionId.of(TENANT, CONTENT);
  public static final AccountId TEAM_A = new AccountId("team-a");
  public static final AccountId TEAM_B = new AccountId("team-b");
  public static final RouterSettings.Provider NATIVE =
      provider(Mode.NATIVE, List.of(TEAM_A, TEAM_B));
  public static final RouterSettings.Provider ONE_ACCOUNT = provider(Mode.NATIVE, List.of(TEAM_A));
  public static final RouterSettings.Provider LOCAL = provider(Mode.LOCAL, List.of());

  private Fixtures() {}

  public static PayloadRef payload(long number, long bytes) {
    long segments = (bytes + PayloadRef.SEGMENT_BYTES - 1) / PayloadRef.SEGMENT_BYTES;
    return new PayloadRef(
        new PayloadId("p_" + HexFormat.of().toHexDigits(number).repeat(2)),
        0,
        LongStream.range(0, segments).boxed().toList(),
        bytes);
  }

  /// A history of spans of these sizes, without long texts.
  public static History history(List<Integer> spans) {
    return history(1, spans, List.of());
  }

  public static History history(long payload, List<Integer> spans, List<LongText> texts) {
    long bytes = spans.size() - 1L + spans.stream().mapToLong(Integer::longValue).sum();
    return new History(
        payload(payload, bytes),
        payload(payload + 1, 100),
        spans,
        texts,
        List.of(),
        spans.size(),
        false,
        null);
  }

  /// The same history with what only its maker can read.
  ///
  /// @param ciphertext whether there is any beside the thoughts
  public static History unreadable(
      History plain, boolean ciphertext, @Nullable List<ByteRange> thoughts) {
    return new History(
        plain.items(),
        plain.envelope(),
        plain.spans(),
        plain.longTexts(),
        plain.retained(),
        plain.itemCount(),
        ciphertext,
        thoughts);
  }

  public static History spans(int count, int bytes) {
    return history(Collections.nCopies(count, bytes));
  }

  /// Spans of very different sizes, of which some hold long texts.
  public static History random(Random random) {
    List<Integer> spans = new ArrayList<>();
    List<LongText> texts = new ArrayList<>();
    long start = 0;
    int count = 1 + random.nextInt(40);
    for (int span = 0; span < count; span++) {
      int bytes = 200 + random.nextInt(random.nextInt(5) == 0 ? 400_000 : 30_000);
      if (bytes > 60_000 && random.nextBoolean()) {
        List<Long> cuts = new ArrayList<>();
        for (long cut = start + 100 + 16_384; cut < start + bytes - 100; cut += 16_384) {
          cuts.add(cut);
        }
        texts.add(new LongText(span, start + 100, start + bytes - 50, cuts, false));
      }
      spans.add(bytes);
      start += bytes + 1;
    }
    return history(1, spans, texts);
  }

  public static Submitted whole(History history) {
    return submitted(history, new Packing(history).whole(), START);
  }

  public static Submitted packed(History history, long target) {
    Packing packing = new Packing(history);
    return submitted(history, packing.pack(packing.whole(), target), START);
  }

  /// The same request sent again, its payload written anew.
  public static Submitted again(Submitted submitted, Instant at) {
    History old = submitted.history();
    long payload = at.toEpochMilli();
    return submitted(
        new History(
            payload(payload, old.items().bytes()),
            payload(payload + 1, 100),
            old.spans(),
            old.longTexts(),
            old.retained(),
            old.itemCount(),
            old.ciphertext(),
            old.thoughts()),
        submitted.chunks(),
        at);
  }

  public static Submitted submitted(History history, List<Chunk> chunks, Instant at) {
    return submitted(CONTENT, history, chunks, at);
  }

  /// A submission of other content, and so of another compaction.
  public static Submitted submitted(
      String content, History history, List<Chunk> chunks, Instant at) {
    return new Submitted(
        CompactionId.of(TENANT, content),
        at,
        TENANT,
        content,
        null,
        "gpt-5.5",
        PROVIDER,
        Checkpoint.SEALED,
        history,
        chunks,
        at.plus(DEADLINE),
        null,
        null);
  }

  /// The same with another session and another patience.
  public static Submitted of(
      Submitted submitted, @Nullable String session, Submission.@Nullable Patience patience) {
    return new Submitted(
        submitted.compaction(),
        submitted.at(),
        submitted.tenant(),
        submitted.content(),
        submitted.idempotencyKey(),
        submitted.model(),
        submitted.provider(),
        submitted.checkpoint(),
        submitted.history(),
        submitted.chunks(),
        submitted.deadline(),
        session,
        patience);
  }

  /// A provider with accounts that may make four calls at once.
  public static RouterSettings.Provider provider(Mode mode, List<AccountId> accounts) {
    return new RouterSettings.Provider(
        PROVIDER,
        mode,
        accounts.stream().map(account -> new Member(account, 4, null, Map.of())).toList());
  }
}
