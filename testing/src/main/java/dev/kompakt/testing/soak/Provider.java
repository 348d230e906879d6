package dev.kompakt.testing.soak;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Reply;
import java.time.Duration;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How the provider answers: right after a second or so, and now and then in one wrong way for a
/// while. Thread-safe.
final class Provider implements Function<Call, Reply> {
  private static final int SLOWEST_MILLIS = 2_000;
  private static final int RETRY_AFTER_SECONDS = 1;

  /// A way to misbehave that another try gets over.
  enum Mood {
    RATE_LIMITED,
    FAILING,
    BREAKING_OFF,
    TALKING_NONSENSE,
    SILENT;

    Reply reply() {
      return switch (this) {
        case RATE_LIMITED -> Reply.rateLimited(Duration.ofSeconds(RETRY_AFTER_SECONDS));
        case FAILING -> Reply.unavailable();
        case BREAKING_OFF -> Reply.reset(100);
        case TALKING_NONSENSE -> Reply.garbage();
        case SILENT -> Reply.neverAnswered();
      };
    }
  }

  private final Random random;
  private volatile @Nullable Mood mood;

  Provider(long seed) {
    random = new Random(seed);
  }

  void take(Mood next) {
    mood = next;
  }

  void behave() {
    mood = null;
  }

  @Override
  public Reply apply(Call call) {
    Mood now = mood;
    if (now != null && random.nextBoolean()) {
      return now.reply();
    }
    return Reply.success().after(Duration.ofMillis(random.nextInt(SLOWEST_MILLIS)));
  }
}
