package dev.kompakt.ingress.http;

import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.ingress.publish.NotAcceptedException;
import dev.kompakt.ingress.publish.Payloads;
import dev.kompakt.ingress.publish.StatusFeed;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.publish.Submissions;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.record.Usage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// The log in memory, with the router's part played by the test.
final class MemoryLog implements Submissions, Statuses, Payloads {
  private final Map<PayloadId, byte[]> payloads = new ConcurrentHashMap<>();
  private final Map<CompactionId, CompactionStatus> statuses = new ConcurrentHashMap<>();
  private final List<Submission> submissions = new CopyOnWriteArrayList<>();
  private final StatusFeed feed;
  private final IdempotencyKeys keys;
  private volatile boolean down;
  private volatile boolean unreadable;
  private volatile Consumer<Submission> router = _ -> {};

  MemoryLog(StatusFeed feed, IdempotencyKeys keys) {
    this.feed = feed;
    this.keys = keys;
  }

  /// From now on nothing is acknowledged, or everything is again.
  void down(boolean is) {
    down = is;
  }

  /// From now on the router does this before a submission is acknowledged.
  void atPublishing(Consumer<Submission> what) {
    router = what;
  }

  /// From now on nothing can be read, or everything can again.
  void unreadable(boolean is) {
    unreadable = is;
  }

  List<Submission> submissions() {
    return submissions;
  }

  List<Submission.Submitted> submitted() {
    return submissions.stream()
        .filter(Submission.Submitted.class::isInstance)
        .map(Submission.Submitted.class::cast)
        .toList();
  }

  String text(PayloadRef ref) {
    return new String(bytes(ref), StandardCharsets.UTF_8);
  }

  /// The compaction runs, with so many calls made.
  void run(Submission.Submitted submitted, int calls) {
    tell(submitted, calls, null);
  }

  void complete(Submission.Submitted submitted, String answer) {
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    PayloadId id = PayloadId.random();
    payloads.put(id, bytes);
    tell(submitted, 1, new Completion.Completed(ref(id, bytes.length), new Usage(900, 0, 40, 8)));
  }

  void fail(Submission.Submitted submitted, Failure failure) {
    tell(submitted, 1, new Completion.Failed(failure));
  }

  void cancel(Submission.Submitted submitted) {
    tell(submitted, 1, new Completion.Cancelled());
  }

  /// Forgets what has been stored, as retention would.
  void losePayloads() {
    payloads.clear();
  }

  private void tell(Submission.Submitted of, int calls, @Nullable Completion completion) {
    Instant now = Instant.now();
    CompactionStatus before = statuses.get(of.compaction());
    CompactionStatus status =
        new CompactionStatus(
            of.compaction(),
            of.tenant(),
            of.content(),
            of.idempotencyKey(),
            of.model(),
            Mode.LOCAL,
            before == null ? 0 : before.sequence() + 1,
            of.at(),
            now,
            completion == null ? null : now.plus(Duration.ofHours(24)),
            new CompactionStatus.Progress(1, completion == null ? 0 : 1, 0, calls),
            new CompactionStatus.Size(
                of.history().itemCount(),
                of.history().items().bytes(),
                of.history().estimatedTokens()),
            completion,
            null);
    tell(status);
  }

  void tell(CompactionStatus status) {
    statuses.put(status.compaction(), status);
    keys.learn(status);
    feed.changed(status);
  }

  /// What the router tells of it next is written as this build does not read it.
  void tellUnreadably(CompactionId compaction) {
    statuses.remove(compaction);
    feed.unreadable(compaction);
  }

  /// The same status as another record, of this tenant.
  CompactionStatus copy(CompactionStatus status, TenantId tenant) {
    return new CompactionStatus(
        status.compaction(),
        tenant,
        status.content(),
        null,
        status.model(),
        status.mode(),
        status.sequence(),
        status.acceptedAt(),
        status.updatedAt(),
        status.expiresAt(),
        status.progress(),
        status.before(),
        status.completion(),
        null);
  }

  @Override
  public void publish(Submission submission) throws NotAcceptedException {
    if (down) {
      throw new NotAcceptedException(new IOException("down"));
    }
    submissions.add(submission);
    router.accept(submission);
  }

  @Override
  public @Nullable CompactionStatus find(CompactionId compaction) {
    return statuses.get(compaction);
  }

  @Override
  public Collection<CompactionStatus> all() {
    return statuses.values();
  }

  @Override
  public Sink create() {
    return new Sink() {
      private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

      @Override
      public void write(byte[] from, int offset, int length) {
        bytes.write(from, offset, length);
      }

      @Override
      public PayloadRef finish() throws NotAcceptedException {
        if (down) {
          throw new NotAcceptedException(new IOException("down"));
        }
        PayloadId id = PayloadId.random();
        payloads.put(id, bytes.toByteArray());
        return ref(id, bytes.size());
      }
    };
  }

  @Override
  public InputStream open(PayloadRef ref, ByteRange range) {
    if (unreadable) {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          throw new IOException("cannot be read now");
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
          return read();
        }
      };
    }
    return new ByteArrayInputStream(bytes(ref), (int) range.offset(), (int) range.length());
  }

  private byte[] bytes(PayloadRef ref) {
    byte[] bytes = payloads.get(ref.id());
    if (bytes == null) {
      throw new IllegalStateException("payload " + ref.id() + " is gone");
    }
    return bytes;
  }

  private static PayloadRef ref(PayloadId id, long bytes) {
    long segments = (bytes + PayloadRef.SEGMENT_BYTES - 1) / PayloadRef.SEGMENT_BYTES;
    return new PayloadRef(id, 0, LongStream.range(0, segments).boxed().toList(), bytes);
  }
}
