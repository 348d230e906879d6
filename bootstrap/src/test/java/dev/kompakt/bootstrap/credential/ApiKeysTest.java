package dev.kompakt.bootstrap.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.AccountId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeysTest {
  private static final AccountId ACCOUNT = new AccountId("a");

  @TempDir private Path directory;

  @Test
  void shouldGiveTheKeyAndShowItNowhereElse() throws Exception {
    // When
    Access access = keys("sk-1\n").access(ACCOUNT);

    // Then
    assertThat(access)
        .isInstanceOfSatisfying(
            Access.Granted.class,
            granted -> assertThat(granted.headers()).containsEntry("authorization", "Bearer sk-1"));
    assertThat(access.toString()).doesNotContain("sk-1");
  }

  @Test
  void shouldRefuseForGoodWhereAKeyIsRefused() throws Exception {
    // Given
    Credentials keys = keys("sk-1");
    Access.Granted refused = (Access.Granted) keys.access(ACCOUNT);

    // When, Then
    assertThat(keys.renew(ACCOUNT, refused)).isEqualTo(new Access.Refused(Access.REFUSED_FOR_GOOD));
  }

  @Test
  void shouldRefuseASecretThatFitsNoHeader() {
    assertThatThrownBy(() -> keys("a\nb"))
        .hasMessageContaining("accounts.a.apiKey")
        .hasMessageNotContaining("a\nb");
  }

  private Credentials keys(String secret) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), secret);
    Path config =
        Files.writeString(
            directory.resolve("kompakt.yaml"),
            """
            providers: [{ id: p, baseUrl: "http://x", mode: native }]
            accounts: [{ id: a, provider: p, apiKey: "file:%s" }]
            """
                .formatted(file));
    KompaktConfig loaded = ConfigLoader.load(config, Map.of(), Map.of());
    return Credentials.ofKeys(loaded);
  }
}
