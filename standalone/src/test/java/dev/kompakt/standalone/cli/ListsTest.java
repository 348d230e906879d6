package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people see of the admin plane's lists.
class ListsTest {
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer admin;
  private volatile String answer = "";

  @TempDir Path home;

  @BeforeEach
  void start() throws IOException {
    admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    admin.createContext("/", this::answer);
    admin.start();
  }

  @AfterEach
  void stop() {
    admin.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(exchange.getRequestURI().toString());
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("content-type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Run kompakt(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("--set", "admin.listen=127.0.0.1:" + admin.getAddress().getPort()));
    return Run.in(home, all.toArray(String[]::new));
  }

  @Test
  void shouldNotReadAnAnswerWithoutEnd() {
    // Given
    answer = "{\"object\":\"list\",\"data\":[]}" + " ".repeat(AdminClient.MOST_BYTES);

    // When
    Run listed = kompakt("account", "list");

    // Then
    assertThat(listed.exitCode()).isEqualTo(ExitCode.CANNOT_CONNECT.number());
    assertThat(listed.err()).contains("no admin plane answers");
  }

  @Test
  void shouldListAccountsWithTheFullestWindowFirst() {
    // Given
    answer =
        """
        {"object":"list","data":[
          {"id":"team-a","provider":"openai","state":"quota_exceeded","until":1795200000,"calls":12,
           "input_tokens":900,"output_tokens":100,
           "windows":{"primary":{"used_percent":19.6},"secondary":{"used_percent":97}}},
          {"id":"b","provider":"openai","state":"active","until":null,"calls":0,
           "input_tokens":0,"output_tokens":0,"windows":{}}]}
        """;

    // When
    Run listed = kompakt("account", "list", "--provider", "openai");

    // Then
    assertThat(listed.exitCode()).as(listed.err()).isZero();
    assertThat(listed.out())
        .isEqualTo(
            """
            account  provider  state           until                 used                          calls  tokens
            team-a   openai    quota_exceeded  2026-11-20T18:40:00Z  secondary 97 %, primary 20 %  12     1000
            b        openai    active          -                     -                             0      0
            """);
    assertThat(asked).containsExactly("/admin/v1/accounts?provider=openai");
  }

  @Test
  void shouldListWhatFailedWithWhatIsLeftToBuy() {
    // Given
    answer =
        """
        {"object":"list","has_more":true,"data":[
          {"id":"cmpn_1","state":"failed","cause":"rejected","code":"invalid_value",
           "failed_at":1795200000,"tenant":"local","model":"gpt-5.5",
           "remaining":{"calls":2,"bytes":2000,"tokens":500}},
          {"id":"kompakt.jobs/3/17","state":"unreadable","cause":"unreadable","code":null,
           "failed_at":1795200000,"tenant":null,"model":null,"remaining":null}]}
        """;

    // When
    Run listed = kompakt("dead-letter", "list", "--all", "--limit", "2");

    // Then
    assertThat(listed.exitCode()).as(listed.err()).isZero();
    assertThat(listed.out())
        .isEqualTo(
            """
            id                 state       cause       code           failed                tenant  model    calls  bytes  tokens
            cmpn_1             failed      rejected    invalid_value  2026-11-20T18:40:00Z  local   gpt-5.5  2      2000   500
            kompakt.jobs/3/17  unreadable  unreadable  -              2026-11-20T18:40:00Z  -       -        -      -      -
            """);
    assertThat(listed.err()).isEqualTo("there are more; see --limit\n");
    assertThat(asked).containsExactly("/admin/v1/dead-letters?limit=2&all=true");
  }

  @Test
  void shouldGroupWhatFailedByCause() {
    // Given
    answer =
        """
        {"object":"list","has_more":false,"data":[
          {"count":3,"cause":"rejected","code":"invalid_value","first_at":1795200000,
           "last_at":1795200060,"remaining":{"calls":6,"bytes":6000,"tokens":1500},
           "latest":"cmpn_1"}]}
        """;

    // When
    Run grouped = kompakt("dead-letter", "list", "--group");

    // Then
    assertThat(grouped.out())
        .isEqualTo(
            """
            count  cause     code           first                 last                  calls  bytes  tokens  latest
            3      rejected  invalid_value  2026-11-20T18:40:00Z  2026-11-20T18:41:00Z  6      6000   1500    cmpn_1
            """);
    assertThat(grouped.err()).isEmpty();
    assertThat(asked).containsExactly("/admin/v1/dead-letters?limit=50&group=cause");
  }

  @Test
  void shouldSayThatNothingHasFailed() {
    // Given
    answer = "{\"object\":\"list\",\"has_more\":false,\"data\":[]}";

    // When
    Run none = kompakt("dead-letter", "list");

    // Then
    assertThat(none.exitCode()).isZero();
    assertThat(none.out()).isEmpty();
    assertThat(none.err()).isEqualTo("nothing of the kind has failed\n");
  }
}
