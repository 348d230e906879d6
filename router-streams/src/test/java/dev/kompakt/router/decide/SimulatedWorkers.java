package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.id.JobId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.AttemptEvent.AttemptStarted;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// Workers and an upstream with a size cap and random faults. What becomes of an attempt depends on
/// the seed and the attempt alone, so that what is delivered twice changes nothing.
public final class SimulatedWorkers {
  public static final long FRAME = 3000;

  /// A report, and when it arrives.
  public record Arrival(Instant at, AttemptEvent event) {}

  /// Upstream calls made.
  public int calls;

  /// Of those, calls made again because the first worker crashed.
  public int repeated;

  /// Calls refused as too large.
  public int overCap;

  private final long seed;
  private final History history;
  private final long cap;
  private final boolean faults;
  private final Map<PayloadId, List<List<ByteRange>>> origins = new HashMap<>();
  private final Set<JobId> succeeded = new HashSet<>();
  private final List<ByteRange> bought = new ArrayList<>();
  private LearnedLimit.Bound known = LearnedLimit.Bound.UNKNOWN;
  private long payloads = 1_000_000;

  /// Opens for work.
  ///
  /// @param cap wire bytes above which the upstream refuses
  public SimulatedWorkers(long seed, History history, long cap, boolean faults) {
    this.seed = seed;
    this.history = history;
    this.cap = cap;
    this.faults = faults;
  }

  /// Works on a job.
  public List<Arrival> work(Job job, Instant now) {
    assertThat(succeeded)
        .as("jobs that succeeded are not sent again")
        .doesNotContain(job.attempt().job());
    if (job.work() instanceof Work.Chunk chunk) {
      assertThat(ranges(chunk))
          .as("bytes bought once are not sent again")
          .noneMatch(range -> bought.stream().anyMatch(other -> overlap(range, other)));
    }
    Random random = new Random(seed * 31 + job.attempt().toString().hashCode());
    List<Arrival> arrivals = new ArrayList<>();
    if (faults && random.nextInt(60) == 0) {
      return arrivals;
    }
    String worker = "worker-" + random.nextInt(3);
    Instant start = now.plus(steps(1 + random.nextInt(8)));
    arrivals.add(new Arrival(start, started(job, start, worker)));
    boolean lost = faults && random.nextInt(60) == 0;
    if (faults && !lost && random.nextInt(30) == 0) {
      start = start.plus(steps(1 + random.nextInt(20)));
      count(job, 1);
      repeated += job.account() == null ? 0 : 1;
      worker = worker + "-successor";
      arrivals.add(new Arrival(start, started(job, start, worker)));
    }
    if (lost) {
      count(job, 1);
      return arrivals;
    }
    Instant end = start.plus(steps(1 + random.nextInt(100)));
    arrivals.add(new Arrival(end, finish(job, end, worker, random)));
    return arrivals;
  }

  /// Told when a report was taken in.
  public void delivered(AttemptEvent event, Map<JobId, Job> jobs) {
    if (event instanceof AttemptFinished finished
        && finished.outcome() instanceof Outcome.Succeeded) {
      succeeded.add(event.attempt().job());
      Job job = jobs.get(event.attempt().job());
      if (job != null && job.work() instanceof Work.Chunk chunk) {
        bought.addAll(ranges(chunk));
      }
    }
  }

  /// Fails unless this result comes from every byte of the history, each once and in order.
  public void assertCoversAll(PayloadRef result) {
    List<List<ByteRange>> chunks = origins.getOrDefault(result.id(), List.of());
    List<ByteRange> sorted =
        chunks.stream()
            .flatMap(List::stream)
            .sorted(Comparator.comparingLong(ByteRange::offset))
            .toList();
    Set<Long> separators = new HashSet<>();
    long at = -1;
    for (int span : history.spans()) {
      separators.add(at);
      at += span + 1;
    }
    long next = 0;
    for (ByteRange range : sorted) {
      if (range.offset() == next + 1 && separators.contains(next)) {
        next++;
      }
      assertThat(range.offset()).as("next byte").isEqualTo(next);
      next = range.end();
    }
    assertThat(next).isEqualTo(history.items().bytes());
    assertThat(chunks.stream().map(ranges -> spanOf(ranges.getFirst().offset())).toList())
        .as("chunks in the order of the history")
        .isSorted();
  }

  private int spanOf(long offset) {
    long end = 0;
    for (int span = 0; span < history.spans().size(); span++) {
      end += history.spans().get(span) + 1;
      if (offset < end) {
        return span;
      }
    }
    throw new AssertionError("offset " + offset + " is outside");
  }

  private static Duration steps(int steps) {
    return Duration.ofMillis(250L * steps);
  }

  private void count(Job job, int made) {
    calls += job.account() == null ? 0 : made;
  }

  private AttemptStarted started(Job job, Instant at, String worker) {
    return new AttemptStarted(
        job.attempt(), at, worker, Fixtures.TEAM_A, wire(job), 1, job.deadline());
  }

  private AttemptFinished finish(Job job, Instant at, String worker, Random random) {
    Outcome outcome = outcome(job, random);
    boolean called =
        job.account() != null
            && !(outcome instanceof Outcome.Declined)
            && !(outcome instanceof Outcome.Cancelled)
            && !(outcome instanceof Outcome.PayloadLost)
            && !(outcome instanceof Outcome.WorkerLost)
            && !(outcome instanceof Outcome.TooLarge refusal && refusal.limit() != null);
    count(job, called ? 1 : 0);
    return new AttemptFinished(
        job.attempt(),
        at,
        worker,
        job.provider(),
        job.account(),
        job.model(),
        job.mode(),
        called,
        called ? wire(job) : 0,
        outcome,
        null,
        null);
  }

  private Outcome outcome(Job job, Random random) {
    if (job.account() != null && wire(job) > cap(job)) {
      Long limit = known.smallestRejected();
      if (limit != null && wire(job) >= limit && random.nextBoolean()) {
        return new Outcome.TooLarge(Outcome.TooLarge.Unit.BYTES, wire(job), limit);
      }
      known = cap(job) < cap ? known : known.rejected(wire(job));
      overCap++;
      return new Outcome.TooLarge(Outcome.TooLarge.Unit.BYTES, wire(job), null);
    }
    return faults ? faulty(job, random) : success(job, random);
  }

  private Outcome faulty(Job job, Random random) {
    boolean local = job.account() == null;
    return switch (random.nextInt(local ? 130 : 100)) {
      case 0, 1, 2, 3, 4, 5 ->
          new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null);
      case 6, 7 ->
          new Outcome.Transient(
              Outcome.Transient.Cause.OVERLOADED, 503, Duration.ofSeconds(random.nextInt(20)));
      case 8, 9, 10, 11 -> new Outcome.RateLimited(Duration.ofSeconds(random.nextInt(30)));
      case 12, 13, 14 -> new Outcome.Declined(null);
      case 15, 16, 17 -> new Outcome.Malformed(Outcome.Malformed.Fault.INCOMPLETE);
      case 18 -> new Outcome.Unauthorized(401, null);
      case 19 -> new Outcome.QuotaExhausted(null);
      case 20 -> new Outcome.Cancelled();
      case 21 -> random.nextInt(5) == 0 ? new Outcome.PayloadLost() : new Outcome.Declined(null);
      case 22 ->
          random.nextInt(5) == 0
              ? new Outcome.Rejected(400, "invalid_value", null)
              : new Outcome.Declined(null);
      default -> success(job, random);
    };
  }

  private Outcome success(Job job, Random random) {
    PayloadRef result =
        Fixtures.payload(payloads++, 500 + random.nextLong(cap / (faults ? 2 : 20)));
    origins.put(
        result.id(),
        switch (job.work()) {
          case Work.Whole _ -> List.of(wholeSpans());
          case Work.Chunk chunk -> List.of(ranges(chunk));
          case Work.Merge merge -> origins(merge.summaries());
          case Work.Join join -> origins(join.summaries());
        });
    return new Outcome.Succeeded(result, new Usage(wire(job) / 4, 0, 10, 0));
  }

  private List<ByteRange> wholeSpans() {
    return List.of(history.items().whole());
  }

  private List<List<ByteRange>> origins(List<PayloadRef> summaries) {
    return summaries.stream()
        .flatMap(ref -> origins.getOrDefault(ref.id(), List.of()).stream())
        .toList();
  }

  private static List<ByteRange> ranges(Work.Chunk chunk) {
    return chunk.pieces().stream()
        .flatMap(
            piece ->
                piece instanceof Piece.Copy(long offset, long length)
                    ? Stream.of(new ByteRange(offset, length))
                    : Stream.empty())
        .toList();
  }

  private static boolean overlap(ByteRange a, ByteRange b) {
    return a.offset() < b.end() && b.offset() < a.end();
  }

  /// With faults, some stretches of the history count for more tokens than others.
  private long cap(Job job) {
    boolean dense =
        faults
            && job.work() instanceof Work.Chunk chunk
            && (ranges(chunk).getFirst().offset() + seed) % 7 == 0;
    return dense ? cap * 2 / 5 : cap;
  }

  private static long wire(Job job) {
    return FRAME
        + switch (job.work()) {
          case Work.Whole whole -> whole.items().bytes();
          case Work.Chunk chunk -> chunk.pieces().stream().mapToLong(Piece::bytes).sum();
          case Work.Merge merge -> merge.summaries().stream().mapToLong(PayloadRef::bytes).sum();
          case Work.Join join -> join.summaries().stream().mapToLong(PayloadRef::bytes).sum();
        };
  }
}
