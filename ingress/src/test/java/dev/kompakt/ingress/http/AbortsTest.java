package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.ClientKey;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Submission;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Ten thousand requests, most of them broken off at random places: nothing stays taken.
final class AbortsTest {
  private static final int REQUESTS = 10_000;
  private static final int AT_ONCE = 48;
  private static final int CONCURRENCY = 300;
  private static final int SEATS = 30;
  private static final String COMPLETED =
      """
      event: response.completed
      data: {"type":"response.completed","response":{}}

      """;
  private static final String TURNS = "/v1/responses";
  private static final String KEY = "Authorization: Bearer key";
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String LARGE = "x".repeat(200_000);

  private final ConcurrentLinkedQueue<String> surprises = new ConcurrentLinkedQueue<>();

  /// Where a request ends.
  private enum Stage {
    IN_HEAD,
    IN_BODY,
    IN_CHUNKS,
    STALLED,
    PARKED,
    IN_ANSWER,
    IN_EVENTS,
    ANSWERED,
    FAILED,
    ACCEPTED,
    REFUSED,
    ASKED,
    IN_TURN,
    TURN
  }

  @Test
  @Timeout(180)
  void shouldHoldNothingWhenTenThousandRequestsHaveEndedAnyhow() throws Exception {
    // Given
    long seed = Long.getLong("kompakt.seed", new Random().nextLong());
    System.out.println("AbortsTest: kompakt.seed=" + seed);
    Random random = new Random(seed);
    String hash = HexFormat.of().formatHex(ClientKey.sha256("key"));
    try (Provider provider = new Provider();
        TestPlane plane =
            TestPlane.with(
                "providers",
                "[{id: p, baseUrl: \"" + provider.baseUrl() + "\", mode: native}]",
                "accounts",
                "[{id: a, provider: p, apiKey: \"env:PATH\", quota: {concurrency: " + SEATS + "}}]",
                "clients",
                "[{id: a, keySha256: " + hash + ", limits: {concurrency: " + CONCURRENCY + "}}]",
                "ingress.keepalive.firstAfter",
                "50ms",
                "ingress.bodyIdle",
                "300ms")) {
      Thread router = Thread.ofVirtual().start(() -> route(plane, new Random(seed)));

      // When
      Semaphore slots = new Semaphore(AT_ONCE);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < REQUESTS; i++) {
          int number = i;
          Random dice = new Random(random.nextLong());
          slots.acquire();
          threads.execute(
              () -> {
                try {
                  request(plane, provider, number, dice);
                } finally {
                  slots.release();
                }
              });
        }
      }
      router.interrupt();
      router.join();

      // Then
      assertThat(surprises).as("seed %d", seed).isEmpty();
      assertEmpty(plane);
      assertThat(plane.meter("kompakt_clients_gone_total")).as("seed %d", seed).isPositive();
      assertThat(plane.meter("kompakt_keepalives_total")).as("seed %d", seed).isPositive();
      assertKeyHasAllItsRoom(plane);
      assertAccountHasAllItsSeats(plane, provider);
      assertEmpty(plane);
    }
  }

  private static void assertEmpty(TestPlane plane) {
    for (String gauge :
        List.of(
            "kompakt_requests_in_flight",
            "kompakt_body_bytes_in_flight",
            "kompakt_parked_requests",
            "kompakt_connections")) {
      plane.awaitMeter(gauge, 0);
    }
    TestPlane.eventually(() -> plane.memory.lent() == 0);
  }

  private static void assertKeyHasAllItsRoom(TestPlane plane) throws IOException {
    List<Wire> wires = new ArrayList<>();
    try {
      for (int i = 0; i < CONCURRENCY; i++) {
        Wire wire = plane.connect();
        wires.add(wire);
        wire.post(COMPACT, Samples.request("last " + i), KEY);
      }
      plane.awaitMeter("kompakt_parked_requests", CONCURRENCY);
      try (Wire more = plane.connect()) {
        assertThat(more.post(COMPACT, Samples.request("more"), KEY).read().status()).isEqualTo(429);
      }
    } finally {
      for (Wire wire : wires) {
        wire.close();
      }
    }
  }

  private void request(TestPlane plane, Provider provider, int number, Random dice) {
    Stage stage =
        dice.nextInt(100) == 0
            ? Stage.STALLED
            : Stage.values()[dice.nextInt(Stage.values().length)];
    try (Wire wire = plane.connect()) {
      if (dice.nextBoolean()) {
        wire.socket.setSoLinger(true, 0);
      }
      send(plane, provider, wire, stage, number, dice);
    } catch (IOException | RuntimeException e) {
      if (stage != Stage.IN_BODY && stage != Stage.IN_CHUNKS && stage != Stage.IN_HEAD) {
        surprises.add(stage + ": " + e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(
      TestPlane plane, Provider provider, Wire wire, Stage stage, int number, Random dice)
      throws IOException, InterruptedException {
    boolean events = dice.nextInt(3) == 0;
    String text = stage + " " + number + (dice.nextInt(50) == 0 ? LARGE : "");
    String body = events ? Samples.trigger(text, true) : Samples.request(text);
    String path = events ? "/v1/responses" : COMPACT;
    String head = Wire.head("POST", path, KEY) + JSON;
    switch (stage) {
      case IN_HEAD -> wire.send(head.substring(0, dice.nextInt(head.length())));
      case IN_BODY ->
          wire.send(
              head
                  + "Content-Length: "
                  + body.length()
                  + "\r\n\r\n"
                  + body.substring(0, dice.nextInt(body.length())));
      case IN_CHUNKS -> {
        String chunks = head + "Transfer-Encoding: chunked\r\n\r\n";
        chunks += Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
        wire.send(
            chunks.substring(0, head.length() + dice.nextInt(chunks.length() - head.length())));
      }
      case STALLED -> {
        wire.send(head + "Content-Length: " + body.length() + "\r\n\r\n{");
        expect(wire, stage, 408);
      }
      case PARKED -> {
        wire.post(path, body, KEY);
        Thread.sleep(dice.nextInt(100));
      }
      case IN_ANSWER -> {
        wire.post(path, body, KEY);
        for (int left = dice.nextInt(500); left > 0 && wire.readByte() >= 0; left--) {}
      }
      case IN_EVENTS -> {
        List<Submission> all = plane.log.submissions();
        if (!all.isEmpty()) {
          String id = all.get(dice.nextInt(all.size())).compaction().toString();
          wire.get("/v1/compactions/" + id + "/events", KEY).readHead();
        }
      }
      case ANSWERED -> {
        Wire.Reply reply = wire.post(path, body, KEY).read();
        if (reply.status() != 200 || !reply.body().contains(answer(number))) {
          surprises.add(stage + ": " + reply);
        }
      }
      case FAILED -> {
        Wire.Head failed = wire.post(path, body, KEY).readHead();
        if (failed.status() != 400 && failed.status() != 200) {
          surprises.add(stage + ": " + failed);
        }
      }
      case ACCEPTED -> {
        wire.post(path, body, KEY, "Prefer: respond-async");
        expect(wire, stage, 202);
      }
      case REFUSED -> {
        wire.post(path, "{\"input\":" + number, KEY);
        expect(wire, stage, 400);
      }
      case IN_TURN -> {
        provider.then(stream(dice.nextInt(30)));
        wire.post(TURNS, turn("m" + number), KEY);
        for (int left = dice.nextInt(300); left > 0 && wire.readByte() >= 0; left--) {}
      }
      case TURN -> {
        provider.then(stream(dice.nextInt(3)));
        Wire.Head begun = wire.post(TURNS, turn("m" + number), KEY).readHead();
        if (begun.status() != 200) {
          surprises.add(stage + ": " + begun);
        }
      }
      case ASKED -> {
        wire.get("/v1/compactions/cmpn_" + "0".repeat(40), KEY);
        expect(wire, stage, 404);
      }
    }
  }

  private static String turn(String text) {
    return "{\"model\":\"m\",\"stream\":true,\"input\":[" + Samples.message(text) + "]}";
  }

  private static Provider.Script stream(int events) {
    return Provider.events(
        exchange -> {
          for (int i = 0; i < events; i++) {
            Provider.send(exchange, "event: e\ndata: {\"type\":\"e\"}\n\n");
            LockSupport.parkNanos(5_000_000);
          }
          Provider.send(exchange, COMPLETED);
        });
  }

  private static void assertAccountHasAllItsSeats(TestPlane plane, Provider provider)
      throws IOException {
    int before = provider.asked.size();
    CountDownLatch held = new CountDownLatch(1);
    List<Wire> wires = new ArrayList<>();
    try {
      for (int i = 0; i < SEATS; i++) {
        provider.then(
            _ -> {
              try {
                held.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
        Wire wire = plane.connect();
        wires.add(wire);
        wire.post(TURNS, turn("last" + i), KEY);
      }
      TestPlane.eventually(() -> provider.asked.size() == before + SEATS);
    } finally {
      for (Wire wire : wires) {
        wire.close();
      }
      held.countDown();
    }
  }

  private void expect(Wire wire, Stage stage, int status) throws IOException {
    Wire.Reply reply = wire.read();
    if (reply.status() != status) {
      surprises.add(stage + ": " + reply);
    }
  }

  private static String answer(int number) {
    return "answer " + number + ".";
  }

  /// Plays the router: ends what is submitted after a while, as its message asks for.
  private void route(TestPlane plane, Random dice) {
    int seen = 0;
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(dice.nextInt(60));
        List<Submission> all = plane.log.submissions();
        for (int end = all.size(); seen < end; seen++) {
          if (all.get(seen) instanceof Submission.Submitted submitted) {
            end(plane, submitted, dice);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      surprises.add("router: " + e);
    }
  }

  private static void end(TestPlane plane, Submission.Submitted submitted, Random dice) {
    String items = plane.log.text(submitted.history().items());
    String[] words = items.substring(items.indexOf("\"text\":\"") + 8).split("[ \"x]", 3);
    Stage stage = Stage.valueOf(words[0]);
    switch (stage) {
      case FAILED ->
          plane.log.fail(
              submitted, new Failure(400, "invalid_request_error", "invalid_value", "No.", null));
      case ANSWERED, IN_ANSWER ->
          plane.log.complete(
              submitted,
              Samples.answer(
                  answer(Integer.parseInt(words[1]))
                      + (dice.nextInt(stage == Stage.IN_ANSWER ? 2 : 10) == 0 ? LARGE : "")));
      default -> {
        if (dice.nextBoolean()) {
          plane.log.complete(submitted, Samples.answer("y"));
        }
      }
    }
  }
}
