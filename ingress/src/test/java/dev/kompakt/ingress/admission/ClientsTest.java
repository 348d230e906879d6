package dev.kompakt.ingress.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.Client;
import dev.kompakt.bootstrap.config.ClientKey;
import dev.kompakt.bootstrap.config.ClientsFile;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.id.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClientsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
  private static final ClientKey KEY = ClientKey.create(new SecureRandom());
  private static final ClientKey OTHER = ClientKey.create(new SecureRandom());

  @TempDir Path directory;

  @Test
  void shouldKnowLoopbackAloneWhenNoKeysAreAskedFor() {
    // Given
    Clients clients = clients();

    // When Then
    assertThat(clients.identify(null, true)).isEqualTo(new Identity.Known(Caller.LOCAL));
    assertThat(clients.identify(bearer(KEY), true)).isEqualTo(new Identity.Known(Caller.LOCAL));
    assertThat(clients.identify(null, false)).isEqualTo(Identity.Stranger.NOT_LOCAL);
  }

  @Test
  void shouldKnowKeysOfBothKindsWhenTheyAreRight() {
    // Given
    Clients clients =
        clients(
            client("alice", KEY.id(), KEY.reveal(), null),
            client("bob", null, "some key from elsewhere", null));

    // When
    Identity alice = clients.identify(bearer(KEY), false);
    Identity bob = clients.identify("BEARER some key from elsewhere", false);

    // Then
    assertThat(tenant(alice)).isEqualTo("alice");
    assertThat(tenant(bob)).isEqualTo("bob");
  }

  @Test
  void shouldSayTheSameWhenKeyNeverWasOrHasAnotherSecret() {
    // Given
    Clients clients = clients(client("alice", KEY.id(), OTHER.reveal(), null));

    // When
    Identity wrongSecret = clients.identify(bearer(KEY), true);
    Identity never = clients.identify(bearer(ClientKey.create(new SecureRandom())), true);
    Identity none = clients.identify(null, true);

    // Then
    assertThat(List.of(wrongSecret, never, none)).containsOnly(Identity.Stranger.UNKNOWN);
  }

  @Test
  void shouldTellMistypedFromUnknownWhenChecksumIsWrong() {
    // Given
    Clients clients = clients(client("alice", KEY.id(), KEY.reveal(), null));
    String text = KEY.reveal();
    char last = text.charAt(text.length() - 1) == 'x' ? 'y' : 'x';

    // When
    Identity mistyped =
        clients.identify("Bearer " + text.substring(0, text.length() - 1) + last, true);
    Identity ofNobody = clients.identify("Bearer kmpk_nobody", true);

    // Then
    assertThat(List.of(mistyped, ofNobody)).containsOnly(Identity.Stranger.MISTYPED);
  }

  @Test
  void shouldTellOfExpiryOnlyWhenTheWholeKeyIsRight() {
    // Given
    Clients clients =
        clients(
            client("alice", KEY.id(), KEY.reveal(), NOW),
            client("bob", OTHER.id(), KEY.reveal(), NOW.minusSeconds(1)),
            client("carol", null, "plain", NOW.plusSeconds(1)));

    // When Then
    assertThat(clients.identify(bearer(KEY), true)).isEqualTo(Identity.Stranger.EXPIRED);
    assertThat(clients.identify(bearer(OTHER), true)).isEqualTo(Identity.Stranger.UNKNOWN);
    assertThat(tenant(clients.identify("Bearer plain", true))).isEqualTo("carol");
  }

  @Test
  void shouldMatchModelsByNameAndByStartWhenKeyHasSome() {
    // Given
    Client client =
        new Client(
            new TenantId("a"),
            null,
            "ab".repeat(32),
            List.of(Client.Scope.RESPONSES),
            null,
            List.of("gpt-5*", "o3"),
            null);

    // When
    Caller caller = Caller.of(client);

    // Then
    assertThat(List.of("gpt-5", "gpt-5.5-codex", "o3")).allMatch(caller::allows);
    assertThat(List.of("gpt-4", "o3-mini", "O3", "", "*")).noneMatch(caller::allows);
    assertThat(caller.may(Client.Scope.RESPONSES)).isTrue();
    assertThat(caller.may(Client.Scope.COMPACT)).isFalse();
    assertThat(Caller.LOCAL.allows("anything")).isTrue();
  }

  @Test
  void shouldFollowTheFileAndKeepTheLastGoodKeysWhenItBreaks() throws IOException {
    // Given
    ClientsFile file = new ClientsFile(directory.resolve("clients.yaml"));
    Clients clients = clients();
    Meters meters = new Meters();
    try (ClientsWatch watch = new ClientsWatch(file, clients, meters)) {
      watch.start();
      assertThat(clients.identify(null, true)).isInstanceOf(Identity.Known.class);

      // When Then: made
      file.change(_ -> List.of(client("alice", KEY.id(), KEY.reveal(), null)));
      soon(() -> clients.identify(null, true) == Identity.Stranger.UNKNOWN);
      assertThat(tenant(clients.identify(bearer(KEY), false))).isEqualTo("alice");

      // When Then: gone
      Files.delete(file.path());
      soon(() -> broken(meters));
      assertThat(tenant(clients.identify(bearer(KEY), false))).isEqualTo("alice");
      assertThat(clients.identify(null, true)).isEqualTo(Identity.Stranger.UNKNOWN);

      // When Then: there again
      file.change(_ -> List.of(client("bob", KEY.id(), KEY.reveal(), null)));
      soon(() -> "bob".equals(tenant(clients.identify(bearer(KEY), false))));
      assertThat(broken(meters)).isFalse();

      // When Then: broken
      Files.writeString(file.path(), "clients: [{");
      soon(() -> broken(meters));
      assertThat(tenant(clients.identify(bearer(KEY), false))).isEqualTo("bob");

      // When Then: revoked
      Files.writeString(file.path(), "clients: []");
      soon(() -> clients.identify(bearer(KEY), true) == Identity.Stranger.UNKNOWN);
      assertThat(broken(meters)).isFalse();
      assertThat(clients.identify(null, true)).isEqualTo(Identity.Stranger.UNKNOWN);
    }
  }

  @Test
  void shouldAskForKeysWhenTheFileIsEmptyAtStart() throws IOException {
    // Given
    Path path = Files.writeString(directory.resolve("clients.yaml"), "clients: []");
    Clients clients = clients();

    // When
    try (ClientsWatch _ = new ClientsWatch(new ClientsFile(path), clients, new Meters())) {
      // Then
      assertThat(clients.identify(null, true)).isEqualTo(Identity.Stranger.UNKNOWN);
    }
  }

  private static boolean broken(Meters meters) {
    return meters.scrape().contains("kompakt_clients_file_broken 1.0");
  }

  private static void soon(Callable<Boolean> condition) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(5))
        .until(condition);
  }

  private static Clients clients(Client... clients) {
    return new Clients(List.of(clients), () -> NOW);
  }

  private static Client client(
      String tenant, @Nullable String key, String secret, @Nullable Instant expires) {
    String hash = HexFormat.of().formatHex(ClientKey.sha256(secret));
    return new Client(new TenantId(tenant), key, hash, null, expires, null, null);
  }

  private static String bearer(ClientKey key) {
    return "Bearer " + key.reveal();
  }

  private static @Nullable String tenant(Identity identity) {
    return identity instanceof Identity.Known(Caller caller) ? caller.tenant().value() : null;
  }
}
