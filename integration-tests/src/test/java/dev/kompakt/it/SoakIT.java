package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.soak.Soak;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Five minutes of what `./kompakt soak` does for longer.
@Patient
class SoakIT {
  private static final Duration LENGTH = Duration.ofMinutes(5);

  @Test
  void shouldKeepEveryPromiseWhileAnythingFails(@TempDir Path home) throws Exception {
    // Given
    long seed = new Random().nextLong();
    System.out.println("seed " + seed + "; `./kompakt soak --seed` runs it again");

    // When
    Soak.Result result = new Soak(seed, LENGTH, System.out::println).run(home);

    // Then
    System.out.println(result);
    assertThat(result.violations()).as("seed " + seed).isEmpty();
    assertThat(result.requests().answered()).isPositive();
  }
}
