package dev.kompakt.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.id.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientsFileTest {
  private static final String HASH = "ab".repeat(32);

  @TempDir Path directory;

  @Test
  void shouldReadWhatItWroteWhenEntriesHaveEverything() {
    // Given
    ClientsFile file = new ClientsFile(directory.resolve("below/clients.yaml"));
    Client full =
        new Client(
            new TenantId("alice"),
            "0123456789Ab",
            HASH,
            List.of(Client.Scope.COMPACT, Client.Scope.RESPONSES),
            Instant.parse("2027-01-31T00:00:00Z"),
            List.of("gpt-5*", "true", "1e5"),
            new Client.Limits(1, 2, 3L));
    Client bare = new Client(new TenantId("007"), null, HASH, null, null, null, null);

    // When
    file.change(_ -> List.of(full, bare));

    // Then
    assertThat(file.read()).containsExactly(full, bare);
    assertThat(directory.resolve("below")).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void shouldLoseNoEntryWhenManyWriteAtOnce() {
    // Given
    ClientsFile file = new ClientsFile(directory.resolve("clients.yaml"));

    // When
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 20; i++) {
        threads.execute(
            () ->
                new ClientsFile(file.path())
                    .change(
                        clients -> {
                          List<Client> all = new ArrayList<>(clients);
                          ClientKey key = ClientKey.create(new SecureRandom());
                          all.add(
                              new Client(
                                  new TenantId("a"),
                                  key.id(),
                                  key.sha256(),
                                  null,
                                  null,
                                  null,
                                  null));
                          return all;
                        }));
      }
    }

    // Then
    assertThat(file.read()).hasSize(20);
  }

  @Test
  void shouldHaveNobodyWhenItIsNotThere() {
    assertThat(new ClientsFile(directory.resolve("none.yaml")).read()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "clients: 5",
        "clients: [{ id: a }]",
        "clients: [{ id: a, keySha256: abc }]",
        "clients: [{ id: a, keySha256: HASH }, { id: b, keySha256: HASH }]",
        "clients: [{ id: a, keySha256: HASH, admin: true }]",
        "clients: []\nclient: []",
        "clients: [",
      })
  void shouldSayThatItIsTheFileWhenItCannotBeUnderstood(String text) throws IOException {
    // Given
    Path path = Files.writeString(directory.resolve("c.yaml"), text.replace("HASH", HASH));

    // When Then
    assertThatThrownBy(new ClientsFile(path)::read)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(path.toString());
  }
}
