package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.it.Sdk.Answer;
import dev.kompakt.it.Sdk.Ask;
import dev.kompakt.it.Sdk.Command;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

/// Every SDK against a Kompakt that asks for keys and is in no haste to beat: every error comes as
/// the SDK's own, and its retries cost nothing.
class SdkErrorsIT {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final String RUN = UUID.randomUUID().toString();
  private static final FakeUpstream UPSTREAM = FakeUpstream.start();

  @TempDir private static Path home;
  private static Deployment kompakt;

  /// A provider that keeps failing is tried for many seconds; all clients wait for that at once.
  private static final Map<Case, CompletableFuture<List<Answer>>> FAILING =
      new ConcurrentHashMap<>();

  private static final ExecutorService WAITING = Executors.newVirtualThreadPerTaskExecutor();

  private static final Map<Sdk.Kind, CompletableFuture<Answer>> FAILING_TURNS =
      new ConcurrentHashMap<>();

  private record Case(Sdk.Kind kind, Fault fault) {}

  /// How the provider fails, again and again.
  private enum Fault {
    BROKEN(502, "upstream_error", ""),
    OVERLOADED(503, "server_is_overloaded", "2"),
    GARBAGE(502, "upstream_malformed", "");

    final int status;
    final String code;
    final String retryAfter;

    Fault(int status, String code, String retryAfter) {
      this.status = status;
      this.code = code;
      this.retryAfter = retryAfter;
    }

    Reply reply() {
      return switch (this) {
        case BROKEN -> Reply.internalError();
        case OVERLOADED -> Reply.unavailable();
        case GARBAGE -> Reply.garbage();
      };
    }
  }

  @BeforeAll
  static void deploy() {
    StringBuilder config =
        new StringBuilder(
            Configs.provider(UPSTREAM, "native", "{ firstAfter: 90s, every: 10s }")
                .replace("ingress: {", "ingress: { maxBodyBytes: 1MiB,"));
    config.append("clients:\n").append(client(Sdk.KEY, ""));
    for (Sdk.Kind kind : Sdk.Kind.values()) {
      config.append(client(hasty(kind), ", limits: { requestsPerMinute: 1 }"));
    }
    kompakt = Deployment.inOneJvm(home, config.toString());
    UPSTREAM.answering(SdkErrorsIT::reply);
    for (Sdk.Kind kind : Sdk.Kind.values()) {
      fail(kind);
    }
  }

  @AfterAll
  static void stop() {
    WAITING.close();
    kompakt.close();
    UPSTREAM.close();
  }

  private static String client(String key, String more) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return "  - { id: team, keySha256: \"%s\", models: [\"gpt-*\"]%s }\n"
          .formatted(HexFormat.of().formatHex(hash), more);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A key that is good for one request a minute.
  private static String hasty(Sdk.Kind kind) {
    return Canaries.SECRET + kind;
  }

  private static void fail(Sdk.Kind kind) {
    Sdk sdk;
    try {
      sdk = kind.open();
    } catch (TestAbortedException e) {
      return;
    }
    for (Fault fault : Fault.values()) {
      Ask ask = ask(kind, fault.name());
      FAILING.put(
          new Case(kind, fault),
          CompletableFuture.supplyAsync(
              () -> List.of(sdk.send(Command.COMPACT, ask), sdk.send(Command.COMPACT, ask)),
              WAITING));
    }
    Ask turn = ask(kind, "TURN BROKEN");
    FAILING_TURNS.put(
        kind, CompletableFuture.supplyAsync(() -> sdk.send(Command.CREATE, turn), WAITING));
  }

  private static Reply reply(Call call) {
    String body = call.body().orElse("");
    for (Fault fault : Fault.values()) {
      if (body.contains(" " + fault.name())) {
        return fault.reply();
      }
    }
    if (body.contains(" REFUSED")) {
      return Reply.invalidRequest();
    }
    if (body.contains(" TOO LARGE")) {
      return Reply.tooLarge();
    }
    return body.contains(" SLOW")
        ? Reply.success().after(Duration.ofMillis(2500))
        : Reply.success();
  }

  private static Ask ask(Sdk.Kind kind, String what) {
    return Ask.of(kompakt.data(), text(kind, what));
  }

  private static String text(Sdk.Kind kind, String what) {
    return RUN + " " + kind + " " + what;
  }

  private static long calls(Sdk.Kind kind, String what) {
    return UPSTREAM.calls().stream()
        .filter(call -> call.body().orElse("").contains(text(kind, what)))
        .count();
  }

  private static void assertError(Sdk sdk, Answer answer, int status, String code) {
    assertThat(answer.error()).as("%s", answer).isEqualTo(sdk.errorOf(status));
    assertThat(answer.status()).as("%s", answer).isEqualTo(status);
    assertThat(answer.code()).as("%s", answer).isEqualTo(code);
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportAWrongKey(Sdk.Kind kind) {
    Sdk sdk = kind.open();
    for (Command command :
        new Command[] {Command.COMPACT, Command.CREATE, Command.STREAM, Command.MODELS}) {
      assertError(
          sdk,
          sdk.send(command, ask(kind, "WRONG KEY").withKey(Canaries.SECRET + "wrong")),
          401,
          "invalid_api_key");
    }
    assertThat(calls(kind, "WRONG KEY")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportAModelThatIsNotAllowed(Sdk.Kind kind) {
    Sdk sdk = kind.open();
    for (Command command : new Command[] {Command.COMPACT, Command.CREATE, Command.STREAM}) {
      assertError(
          sdk,
          sdk.send(command, ask(kind, "FOREIGN").withModel("other")),
          403,
          "model_not_allowed");
    }
    assertThat(calls(kind, "FOREIGN")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportARequestWithoutItsModel(Sdk.Kind kind) {
    // When
    Sdk sdk = kind.open();
    Answer answer = sdk.send(Command.COMPACT, ask(kind, "NO MODEL").withModel(""));

    // Then
    assertThat(answer.error()).as("%s", answer).isEqualTo(sdk.errorOf(400));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(calls(kind, "NO MODEL")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportWhatTheProviderRefuses(Sdk.Kind kind) {
    Sdk sdk = kind.open();
    for (Command command : new Command[] {Command.COMPACT, Command.CREATE, Command.STREAM}) {
      String what = "REFUSED " + command;
      assertError(sdk, sdk.send(command, ask(kind, what)), 400, "invalid_value");
      assertThat(calls(kind, what)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportWhatIsTooLargeAs400(Sdk.Kind kind) {
    Sdk sdk = kind.open();
    String text = text(kind, "x".repeat(1 << 20));
    for (Command command : new Command[] {Command.COMPACT, Command.CREATE}) {
      assertError(sdk, sdk.send(command, Ask.of(kompakt.data(), text)), 400, "request_too_large");
      assertError(sdk, sdk.send(command, ask(kind, "TOO LARGE")), 400, "context_length_exceeded");
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportWhatDoesNotExist(Sdk.Kind kind) {
    // When
    Sdk sdk = kind.open();
    Answer answer = sdk.send(Command.RETRIEVE, ask(kind, ""));

    // Then
    assertThat(answer.error()).as("%s", answer).isEqualTo(sdk.errorOf(404));
    assertThat(answer.status()).isEqualTo(404);
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportARateLimitWithItsRetryAfter(Sdk.Kind kind) {
    // Given
    Sdk sdk = kind.open();
    Ask ask = ask(kind, "HASTY").withKey(hasty(kind)).withRetries(0, LONG);
    assertThat(sdk.send(Command.COMPACT, ask).error()).isNull();

    // When
    Answer answer = sdk.send(Command.COMPACT, ask);

    // Then
    assertError(sdk, answer, 429, "rate_limit_exceeded");
    assertThat(Integer.parseInt(answer.retryAfter())).isBetween(1, 60);
  }

  @ParameterizedTest
  @EnumSource
  void shouldCostOneCallWhenItsDeadlinePassesAndItTriesAgain(Sdk.Kind kind) {
    // When
    Answer answer =
        kind.open().send(Command.COMPACT, ask(kind, "SLOW").withRetries(5, Duration.ofSeconds(1)));

    // Then
    assertThat(answer.error()).as("%s", answer).isNull();
    assertThat(Client.compactionItems(answer.data())).hasSize(1);
    assertThat(calls(kind, "SLOW")).isEqualTo(1);
  }

  /// Five calls are made for a compaction; for a minute its failure answers the retries that are
  /// the client's own, and the same request sent anew.
  @ParameterizedTest
  @EnumSource
  void shouldReportAProviderThatKeepsFailingAndCostNoMoreWhenSentAgain(Sdk.Kind kind) {
    // Given
    Sdk sdk = kind.open();

    for (Fault fault : Fault.values()) {
      // When
      List<Answer> answers = Objects.requireNonNull(FAILING.get(new Case(kind, fault))).join();

      // Then
      assertThat(answers)
          .hasSize(2)
          .allSatisfy(
              answer -> {
                assertError(sdk, answer, fault.status, fault.code);
                assertThat(answer.retryAfter()).as("%s", answer).isEqualTo(fault.retryAfter);
              });
      assertThat(calls(kind, fault.name())).as("%s", fault).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportATurnThatKeepsFailingAndCostNoMoreForRetries(Sdk.Kind kind) {
    // Given
    Sdk sdk = kind.open();

    // When
    Answer answer = Objects.requireNonNull(FAILING_TURNS.get(kind)).join();

    // Then
    assertError(sdk, answer, 500, "server_error");
    assertThat(calls(kind, "TURN BROKEN")).isEqualTo(5);
  }
}
