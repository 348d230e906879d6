package dev.kompakt.workers.lane;

import java.util.BitSet;
import java.util.NavigableSet;
import java.util.TreeSet;

/// Which offsets of one lane are finished: all below [#committed], and some beyond it. Offsets that
/// hold no job (transaction markers) count as finished. For one thread at a time.
final class OffsetTracker {
  /// The lane is not read on while [#span] is at least this; what one poll brings more still fits
  /// the commit's metadata.
  static final int WINDOW = 4096;

  private final NavigableSet<Long> pending = new TreeSet<>();
  private final long restoredBase;
  private final CommitMetadata restored;
  private final NavigableSet<Long> elsewhere = new TreeSet<>();
  private long position;

  /// Starts where a former owner stopped.
  ///
  /// @param committed first offset that is not finished
  /// @param restored what it knew beyond it
  OffsetTracker(long committed, CommitMetadata restored) {
    restoredBase = committed;
    position = committed;
    this.restored = restored;
    restored.elsewhere().stream().forEach(bit -> elsewhere.add(committed + bit));
  }

  /// Notes that the job at this offset is pending; returns false if it is finished already.
  ///
  /// @param offset above all noted before
  boolean begin(long offset) {
    boolean finished = restoredFinished(offset);
    if (!finished) {
      pending.add(offset);
    }
    position = Math.max(position, offset + 1);
    return !finished;
  }

  /// Everything below is either noted or holds no job.
  void readTo(long next) {
    position = Math.max(position, next);
  }

  /// The job at this offset needs no more work.
  void finish(long offset) {
    pending.remove(offset);
    elsewhere.remove(offset);
  }

  /// Whether a former owner said when it left that it goes on with this job.
  boolean runsElsewhere(long offset) {
    return elsewhere.contains(offset);
  }

  /// The former owner's attempt at this job has passed its deadline.
  void notElsewhere(long offset) {
    elsewhere.remove(offset);
  }

  /// First offset that is not finished.
  long committed() {
    return pending.isEmpty() ? position : pending.first();
  }

  /// Next offset to be read.
  long position() {
    return position;
  }

  /// Offsets from the first unfinished one to the next to be read.
  long span() {
    return position - committed();
  }

  /// What to commit beside [#committed].
  ///
  /// @param runningHere unfinished offsets this worker goes on with though it leaves the lane
  CommitMetadata metadata(Iterable<Long> runningHere) {
    long base = committed();
    BitSet finished = new BitSet();
    finished.set(0, (int) (position - base));
    for (long offset : pending) {
      finished.clear((int) (offset - base));
    }
    for (int bit = restored.finished().nextSetBit(0);
        bit >= 0;
        bit = restored.finished().nextSetBit(bit + 1)) {
      if (restoredBase + bit >= position) {
        finished.set((int) (restoredBase + bit - base));
      }
    }
    BitSet running = new BitSet();
    for (long offset : elsewhere) {
      if (offset >= base) {
        running.set((int) (offset - base));
      }
    }
    for (long offset : runningHere) {
      running.set((int) (offset - base));
    }
    return new CommitMetadata(finished, running);
  }

  private boolean restoredFinished(long offset) {
    long bit = offset - restoredBase;
    return bit >= 0 && bit < restored.finished().length() && restored.finished().get((int) bit);
  }
}
