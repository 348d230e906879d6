package dev.kompakt.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A provider on loopback that does as it is told and remembers what it was asked.
///
/// It serves `POST …/responses/compact`, `POST …/responses` with and without a trailing
/// `compaction_trigger`, streaming or not, `GET …/models` and `GET …/wham/usage`, and `POST
/// …/oauth/token` for the accounts of [#issuing], whose calls need a token. A call above a cap is
/// refused first; then the replies given to [#then] are used up one by one; then the script of
/// [#answering] decides, which says [Reply#success] unless set. It is a raw socket server of its
/// own, since an HTTP server worth its name cannot misbehave enough.
public final class FakeUpstream implements AutoCloseable {
  private static final int BACKLOG = 4096;

  /// How the server is run.
  ///
  /// @param port 0 for any free one
  /// @param inspect whether bodies are read and checked; else they are only counted, which is cheap
  /// @param keepBytes how much memory the bodies of all calls may take; later ones are checked but
  ///   not kept
  /// @param refuseUnread whether a body above [#capBytes] is refused by its `Content-Length`, as
  ///   proxies do, before it is read
  public record Options(int port, boolean inspect, long keepBytes, boolean refuseUnread) {
    public static final Options DEFAULT = new Options(0, true, 256L << 20, false);

    /// For benchmarks: reads and forgets.
    public static final Options FAST = new Options(0, false, 0, false);
  }

  private final Options options;
  private final ServerSocket listener;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Ledger ledger;
  private final Function<Call, String> usualSummaries;
  private final Queue<Reply> queued = new ConcurrentLinkedQueue<>();
  private volatile Function<Call, Reply> script = call -> Reply.success();
  private volatile Function<Call, String> summaries;
  private volatile List<TokenIssuer> issuers = List.of();
  private volatile long capBytes = Long.MAX_VALUE;
  private volatile long capTokens = Long.MAX_VALUE;

  private FakeUpstream(Options options, Function<Call, String> summaries) throws IOException {
    this.options = options;
    this.summaries = summaries;
    usualSummaries = summaries;
    ledger = new Ledger(options.inspect(), options.keepBytes());
    listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()), BACKLOG);
  }

  public static FakeUpstream start() {
    return start(Options.DEFAULT);
  }

  public static FakeUpstream start(Options options) {
    return start(options, FakeUpstream::plainSummary);
  }

  /// Starts one with summaries of its own, also after a [#reset].
  public static FakeUpstream start(Function<Call, String> summaries) {
    return start(Options.DEFAULT, summaries);
  }

  private static FakeUpstream start(Options options, Function<Call, String> summaries) {
    try {
      FakeUpstream server = new FakeUpstream(options, summaries);
      Thread.ofVirtual().name("fake-upstream").start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /// What a provider's `baseUrl` is to be: `http://127.0.0.1:<port>/v1`.
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + port() + "/v1");
  }

  /// The next calls get these, one each.
  public FakeUpstream then(Reply... replies) {
    queued.addAll(Arrays.asList(replies));
    return this;
  }

  /// Decides for every call no queued reply is left for, on the call's own thread, after the body
  /// came in. Not for calls above a cap.
  public FakeUpstream answering(Function<Call, Reply> script) {
    this.script = script;
    return this;
  }

  /// What to answer as a summary from now on, until a [#reset].
  public FakeUpstream summarizing(Function<Call, String> summaries) {
    this.summaries = summaries;
    return this;
  }

  /// Answers 401 to calls of these accounts whose token is not good, and issues new ones.
  public FakeUpstream issuing(TokenIssuer... tokens) {
    issuers = List.of(tokens);
    return this;
  }

  /// Bodies of more bytes get 413.
  public FakeUpstream capBytes(long bytes) {
    capBytes = bytes;
    return this;
  }

  /// Bodies of more tokens, at four bytes a token, get 400 `context_length_exceeded`.
  public FakeUpstream capTokens(long tokens) {
    capTokens = tokens;
    return this;
  }

  /// All calls so far, in the order they began; none where bodies are not inspected.
  public List<Call> calls() {
    return ledger.calls();
  }

  /// All calls since it was started, those before a [#reset] without their bodies.
  public List<Call> everyCall() {
    return ledger.everyCall();
  }

  /// How often each body came, by its SHA-256.
  public Map<String, Long> callsByBody() {
    return calls().stream().collect(Collectors.groupingBy(Call::sha256, Collectors.counting()));
  }

  /// How many calls began.
  public int count() {
    return ledger.count();
  }

  /// The calls that got the right answer.
  public List<Call> accepted() {
    return calls().stream().filter(Call::accepted).toList();
  }

  /// What a strict provider would have refused, over all calls; to be empty in every test.
  public List<String> violations() {
    return calls().stream()
        .flatMap(call -> call.violations().stream().map(what -> "#" + call.number() + ": " + what))
        .toList();
  }

  /// The most calls with this `Authorization` header that were in flight at once. A call whose
  /// client left counts until that is noticed.
  public int maxInFlight(String authorization) {
    return ledger.maxInFlight(authorization);
  }

  /// The most calls that were in flight at once.
  public int maxInFlight() {
    return ledger.maxInFlight();
  }

  /// The calls, once at least this many came in to the end of their bodies.
  ///
  /// @throws AssertionError if they do not in time
  public List<Call> awaitCalls(int atLeast, Duration atMost) {
    return ledger.await(Call::received, atLeast, atMost, "came in");
  }

  /// The calls, once at least this many have ended.
  ///
  /// @throws AssertionError if they do not in time
  public List<Call> awaitEnded(int atLeast, Duration atMost) {
    return ledger.await(call -> call.ended().isPresent(), atLeast, atMost, "ended");
  }

  /// Forgets calls, queued replies, script, summaries, issuers and caps; calls in flight go on.
  public void reset() {
    ledger.reset();
    queued.clear();
    script = call -> Reply.success();
    issuers = List.of();
    summaries = usualSummaries;
    capBytes = Long.MAX_VALUE;
    capTokens = Long.MAX_VALUE;
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    connections.forEach(Connection::close);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Connection connection = new Connection(this, socket);
        connections.add(connection);
        Thread.ofVirtual().start(connection);
      } catch (IOException e) {
        // Closed, or a client that was gone before it was accepted.
      }
    }
    connections.forEach(Connection::close);
  }

  boolean inspects() {
    return options.inspect();
  }

  boolean refusesUnread(RequestHead head) throws IOException {
    return options.refuseUnread() && head.length() > capBytes;
  }

  Ledger ledger() {
    return ledger;
  }

  Reply replyTo(Call call) {
    Reply issued = ofIssuer(call);
    Reply reply = issued == null ? decided(call) : issued;
    call.answeredBy(reply);
    return reply;
  }

  private Reply decided(Call call) {
    if (call.bodyBytes() > capBytes) {
      return Reply.tooLarge();
    }
    if (Math.ceilDiv(call.bodyBytes(), 4) > capTokens) {
      return Reply.contextLengthExceeded();
    }
    Reply next = queued.poll();
    return next != null ? next : script.apply(call);
  }

  private @Nullable Reply ofIssuer(Call call) {
    for (TokenIssuer issuer : issuers) {
      if (issuer.knows(call)) {
        if (call.endpoint() == Call.Endpoint.TOKEN) {
          return issuer.answer(call);
        }
        return issuer.accepts(call)
            ? null
            : Reply.error(401, "invalid_request_error", "token_expired", "Unauthorized");
      }
    }
    return null;
  }

  String summary(Call call) {
    String summary = summaries.apply(call);
    call.summarized(summary);
    return summary;
  }

  void closed(Connection connection) {
    connections.remove(connection);
  }

  private static String plainSummary(Call call) {
    List<Integer> marks = call.marks();
    String range =
        marks.isEmpty() ? "no marks" : "marks " + marks.getFirst() + " to " + marks.getLast();
    return "Summary %d: %d items, %d bytes, %s. %s"
        .formatted(call.number(), call.items(), call.bodyBytes(), range, Canaries.TEXT);
  }
}
