package dev.kompakt.ingress.replay;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicFollower;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.topic.Topics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The newest dead letter of each compaction, and of each record nobody could read; the newest
/// [#MOST] of all.
public final class DeadLetters {
  /// About 15 MB.
  static final int MOST = 10_000;

  /// By [#name], the newest last.
  private final LinkedHashMap<String, DeadLetter> letters = new LinkedHashMap<>();

  /// Begins to mirror `kompakt.dead-letters` into these; the caller closes what it gets.
  public TopicFollower<String, DeadLetter> follow(KafkaClients clients) {
    return TopicFollower.follow(
        clients,
        Topics.DEAD_LETTERS,
        (_, _, letter) -> {
          if (letter != null) {
            take(letter);
          }
        });
  }

  synchronized void take(DeadLetter letter) {
    letters.putLast(name(letter), letter);
    if (letters.size() > MOST) {
      letters.pollFirstEntry();
    }
  }

  /// What an operator calls it: the compaction, or where the unreadable record lies.
  public static String name(DeadLetter letter) {
    return letter.source() == null
        ? Objects.requireNonNull(letter.compaction(), "a letter without a source").value()
        : letter.source();
  }

  /// All of them, the newest first.
  public synchronized List<DeadLetter> newest() {
    return List.copyOf(letters.reversed().values());
  }

  /// The one of this name.
  public synchronized Optional<DeadLetter> find(String name) {
    return Optional.ofNullable(letters.get(name));
  }
}
