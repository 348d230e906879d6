package dev.kompakt.ingress.park;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.xnio.IoUtils;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSourceConduit;

/// Closes a connection whose request has been answered without being read to its end. What the
/// client still sends is thrown away for a while: closing at once would reset the connection, and
/// the client might lose the answer before reading it.
final class LingeringClose {
  private static final long LINGER_MILLIS = 2_000;
  private static final int READS_PER_EVENT = 32;

  private final HttpServerConnection connection;
  private final StreamSourceConduit raw;

  private LingeringClose(HttpServerConnection connection) {
    this.connection = connection;
    raw = connection.getOriginalSourceConduit();
  }

  /// Begins on the exchange's I/O thread, once the response has been flushed.
  static void begin(HttpServerExchange exchange) {
    HttpServerConnection connection = (HttpServerConnection) exchange.getConnection();
    new LingeringClose(connection).begin();
    Request.after(exchange, LINGER_MILLIS, () -> IoUtils.safeClose(connection));
  }

  private void begin() {
    try {
      connection.getOriginalSinkConduit().terminateWrites();
      var _ = connection.getOriginalSinkConduit().flush();
    } catch (IOException e) {
      IoUtils.safeClose(connection);
      return;
    }
    ConduitStreamSourceChannel source = connection.getChannel().getSourceChannel();
    source.setReadListener(_ -> discard());
    try {
      raw.resumeReads();
    } catch (RejectedExecutionException e) {
      IoUtils.safeClose(connection);
    }
  }

  private void discard() {
    try (PooledByteBuffer buffer = connection.getByteBufferPool().allocate()) {
      for (int i = 0; i < READS_PER_EVENT; i++) {
        buffer.getBuffer().clear();
        int read = raw.read(buffer.getBuffer());
        if (read < 0) {
          IoUtils.safeClose(connection);
        }
        if (read <= 0) {
          return;
        }
      }
    } catch (IOException e) {
      IoUtils.safeClose(connection);
    }
  }
}
