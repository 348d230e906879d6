package dev.kompakt.router.state;

import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.router.decide.CompactionState;
import dev.kompakt.router.decide.TimerKind;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// What one stream task keeps of its compactions, typed. Belongs to the task's thread.
public final class CompactionStores {
  private static final int CACHED_MANIFESTS = 8;
  private static final byte[] NOTHING = {};

  private final KeyValueStore<Bytes, byte[]> submissions;
  private final KeyValueStore<Bytes, byte[]> states;
  private final KeyValueStore<Bytes, byte[]> timers;
  private final KeyValueStore<Bytes, byte[]> standings;

  /// The manifests in use, which would be costly to read for every event.
  private final Map<CompactionId, Submitted> manifests = new LinkedHashMap<>(16, 0.75f, true);

  private Instant nextDue = Instant.EPOCH;

  public CompactionStores(
      KeyValueStore<Bytes, byte[]> submissions,
      KeyValueStore<Bytes, byte[]> states,
      KeyValueStore<Bytes, byte[]> timers,
      KeyValueStore<Bytes, byte[]> standings) {
    this.submissions = submissions;
    this.states = states;
    this.timers = timers;
    this.standings = standings;
  }

  public @Nullable CompactionState state(CompactionId compaction) {
    byte[] stored = states.get(key(compaction.value()));
    return stored == null ? null : RouterStores.STATE_CODEC.decode(stored);
  }

  public void keep(CompactionId compaction, CompactionState state) {
    states.put(key(compaction.value()), RouterStores.STATE_CODEC.encode(state));
  }

  public void forget(CompactionId compaction) {
    states.delete(key(compaction.value()));
  }

  public @Nullable Submitted manifest(CompactionId compaction) {
    Submitted cached = manifests.get(compaction);
    if (cached != null) {
      return cached;
    }
    byte[] stored = submissions.get(key(compaction.value()));
    if (stored == null
        || !(RouterStores.SUBMISSION_CODEC.decode(stored) instanceof Submitted read)) {
      return null;
    }
    cache(compaction, read);
    return read;
  }

  public void keepManifest(CompactionId compaction, Submitted manifest) {
    submissions.put(key(compaction.value()), RouterStores.SUBMISSION_CODEC.encode(manifest));
    cache(compaction, manifest);
  }

  public void dropManifest(CompactionId compaction) {
    submissions.delete(key(compaction.value()));
    manifests.remove(compaction);
  }

  /// What was noted of accounts.
  public List<Standing> standings() {
    List<Standing> noted = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> all = standings.all()) {
      while (all.hasNext()) {
        Standing standing = RouterStores.relearnable(RouterStores.STANDING_CODEC, all.next().value);
        if (standing != null) {
          noted.add(standing);
        }
      }
    }
    return noted;
  }

  public void note(Standing standing) {
    standings.put(key(standing.account().value()), RouterStores.STANDING_CODEC.encode(standing));
  }

  public void setTimer(CompactionId compaction, TimerKind timer, Instant at) {
    TimerKey key = new TimerKey(at, timer, compaction);
    timers.put(key.encode(), NOTHING);
    if (at.isBefore(nextDue)) {
      nextDue = at;
    }
  }

  public void clearTimer(CompactionId compaction, TimerKind timer, Instant at) {
    timers.delete(new TimerKey(at, timer, compaction).encode());
  }

  /// No timer is due before.
  public Instant nextDue() {
    return nextDue;
  }

  /// Takes the timers that are due out of the store, the first due first.
  ///
  /// @param most taken at once; the others stay due
  public List<TimerKey> takeDue(Instant now, int most) {
    if (now.isBefore(nextDue)) {
      return List.of();
    }
    List<TimerKey> due = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> from = timers.range(TimerKey.bound(nextDue), null)) {
      nextDue = Instant.MAX;
      while (from.hasNext()) {
        TimerKey timer = TimerKey.decode(from.next().key);
        if (timer.due().isAfter(now) || due.size() == most) {
          nextDue = timer.due();
          break;
        }
        due.add(timer);
      }
    }
    due.forEach(timer -> timers.delete(timer.encode()));
    return due;
  }

  private void cache(CompactionId compaction, Submitted manifest) {
    manifests.put(compaction, manifest);
    if (manifests.size() > CACHED_MANIFESTS) {
      manifests.remove(manifests.keySet().iterator().next());
    }
  }

  private static Bytes key(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
