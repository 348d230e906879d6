package dev.kompakt.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.Access;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.TestClock;
import dev.kompakt.workers.TestConfig;
import dev.kompakt.workers.payload.MemoryPayloads;
import dev.kompakt.workers.report.OutcomeReporter;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.stop.Closing;
import dev.kompakt.workers.stop.StopSignal;
import dev.kompakt.workers.stop.StoppedException;
import dev.kompakt.workers.upstream.Reply;
import dev.kompakt.workers.upstream.SocketProvider;
import dev.kompakt.workers.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is checked before a call, and what becomes of one whose credential is refused.
@Timeout(30)
class CallsTest {
  private static final AccountId ACCOUNT = new AccountId("a");
  private static final String OK =
      "{\"output\":[{\"type\":\"compaction\",\"encrypted_content\":\"x\"}]}";

  @TempDir private Path directory;
  private final MemoryPayloads payloads = new MemoryPayloads();
  private final List<AttemptEvent> events = new CopyOnWriteArrayList<>();
  private final List<String> carried = new CopyOnWriteArrayList<>();
  private final TestClock clock = new TestClock();
  private final Course course = new Course();
  private final Watched watch = new Watched();
  private final StopSignal stop = new StopSignal();
  private String refused = "";
  private String refusal = "{\"error\":{\"code\":\"token_expired\"}}";
  private int status = 401;
  private SocketProvider provider;
  private Upstream upstream;
  private Credentials keys;

  /// Gives one key, and another once that is refused.
  private static final class Two implements Credentials {
    private final Credentials first;
    private final Access second;

    Two(Credentials first, Access second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public Access access(AccountId account) throws InterruptedException {
      return first.access(account);
    }

    @Override
    public Access renew(AccountId account, Access.Granted refused) {
      return second;
    }
  }

  @BeforeEach
  void start() throws IOException {
    provider =
        new SocketProvider(
            request -> {
              String head = request.head().toLowerCase(Locale.ROOT);
              String key = head.substring(head.indexOf("bearer ") + 7).lines().findFirst().get();
              carried.add(key);
              request.drainBody();
              boolean no = refused.contains(key);
              clock.advance(Duration.ofMillis(10));
              request.respond(
                  no ? status : 200, "Content-Type: application/json\r\n", no ? refusal : OK);
            });
    KompaktConfig config = TestConfig.of(directory, provider.base(), "");
    keys = Credentials.ofKeys(config);
    upstream = Upstream.create(config, payloads, new Meters());
  }

  @AfterEach
  void stop() throws IOException {
    upstream.close();
    provider.close();
  }

  @Test
  void shouldCallOnceMoreWithARenewedCredentialAndReportEachStart() throws Exception {
    // Given
    refused = TestConfig.SECRET;

    // When
    Reply reply = make(new Two(keys, key("sk-2")));

    // Then
    assertThat(reply).isInstanceOf(Reply.Answer.class);
    assertThat(carried).containsExactly(TestConfig.SECRET, "sk-2");
    assertThat(events).hasSize(2).allMatch(AttemptEvent.AttemptStarted.class::isInstance);
    assertThat(events.stream().map(AttemptEvent::at)).doesNotHaveDuplicates();
    assertThat(course.called).isTrue();
  }

  @Test
  void shouldRefuseTheAccountForGoodWhereTheRenewedOneIsRefusedToo() throws Exception {
    // Given
    refused = TestConfig.SECRET + " sk-2";

    // When
    Reply reply = make(new Two(keys, key("sk-2")));

    // Then
    assertThat(reply).isEqualTo(new Reply.Failed(Access.REFUSED_FOR_GOOD));
    assertThat(carried).hasSize(2);
  }

  @Test
  void shouldRefuseAnAccountForGoodWhoseKeyIsRefused() throws Exception {
    // Given
    refused = TestConfig.SECRET;

    // When
    Reply reply = make(keys);

    // Then
    assertThat(reply).isEqualTo(new Reply.Failed(Access.REFUSED_FOR_GOOD));
    assertThat(carried).hasSize(1);
    assertThat(course.called).isTrue();
  }

  @Test
  void shouldNotRenewForAClosedAccountNorForABareForbidden() throws Exception {
    // Given
    refused = TestConfig.SECRET;
    refusal = "{\"error\":{\"code\":\"account_deactivated\"}}";

    // When
    Reply closed = make(new Two(keys, key("sk-2")));
    status = 403;
    refusal = "{}";
    Reply forbidden = make(new Two(keys, key("sk-2")));

    // Then
    assertThat(closed)
        .isEqualTo(new Reply.Failed(new Outcome.Unauthorized(401, Standing.DEACTIVATED)));
    assertThat(forbidden).isEqualTo(new Reply.Failed(new Outcome.Unauthorized(403, null)));
    assertThat(carried).containsOnly(TestConfig.SECRET);
  }

  @Test
  void shouldBlameNobodyWhereTheQuotaHasNoRoomForASecondCall() throws Exception {
    // Given
    refused = TestConfig.SECRET;
    watch.roomForTwo = false;

    // When
    Reply reply = make(new Two(keys, key("sk-2")));

    // Then
    assertThat(reply).isEqualTo(new Reply.Failed(new Outcome.Declined(null)));
    assertThat(carried).hasSize(1);
  }

  @Test
  void shouldMakeNoCallWithoutACredential() throws Exception {
    // Given
    Outcome unreachable = new Outcome.Transient(Outcome.Transient.Cause.CONNECT_FAILED, null, null);
    Credentials none =
        new Credentials() {
          @Override
          public Access access(AccountId account) {
            return new Access.Refused(unreachable);
          }

          @Override
          public Access renew(AccountId account, Access.Granted refused) {
            throw new AssertionError("nothing was refused");
          }
        };

    // When
    Reply reply = make(none);

    // Then
    assertThat(reply).isEqualTo(new Reply.Failed(unreachable));
    assertThat(course.called).isFalse();
    assertThat(events).isEmpty();
    assertThat(carried).isEmpty();
  }

  @Test
  void shouldReportAndCallNothingUntilItIsCertainWhoseTheJobIs() throws Exception {
    // Given
    AtomicInteger asked = new AtomicInteger();
    watch.owned = () -> asked.incrementAndGet() % 3 == 0;

    // When
    make(keys);

    // Then
    assertThat(asked).hasValue(6);
    assertThat(carried).hasSize(1);
  }

  @Test
  void shouldMakeNoCallWhenTheJobGoesToAnotherWorkerAfterItsStartWasReported() {
    // Given
    watch.owned =
        () -> {
          if (!events.isEmpty()) {
            stop.stop(StopSignal.Reason.ABANDONED);
          }
          return events.isEmpty();
        };

    // When
    assertThatThrownBy(() -> make(keys)).isInstanceOf(StoppedException.class);

    // Then
    assertThat(events).hasSize(1);
    assertThat(carried).isEmpty();
    assertThat(course.called).isFalse();
  }

  private Reply make(Credentials credentials) throws IOException {
    Calls calls =
        new Calls(
            "worker-1",
            credentials,
            new OutcomeReporter(events::add, new Closing()),
            Duration.ofMinutes(10),
            clock);
    Job job =
        Jobs.of(
            1,
            "a",
            Mode.NATIVE,
            payloads.put("{}"),
            Jobs.whole(payloads.put("{\"n\":1}"), Checkpoint.SEALED));
    AttemptBounds bounds = new AttemptBounds(stop, clock.instant().plusSeconds(60), clock);
    return calls.make(job, upstream.prepare(job, bounds), bounds, course, watch);
  }

  private Access key(String secret) throws Exception {
    Path other = Files.createTempDirectory(directory, "other");
    KompaktConfig config = TestConfig.of(other, provider.base(), "");
    Files.writeString(other.resolve("secret"), secret);
    return Credentials.ofKeys(config).access(ACCOUNT);
  }
}
