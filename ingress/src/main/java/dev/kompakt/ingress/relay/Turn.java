package dev.kompakt.ingress.relay;

import dev.kompakt.ingress.admission.BufferMemory;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.id.TenantId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An ordinary turn as it was asked for.
///
/// @param model as the client named it
/// @param content SHA-256 of the canonical request, hex; the same for a client's retry
/// @param session what the client calls its session; null if it does not
/// @param ciphertext whether something beside its thoughts can only be read by its maker, and
///   cannot be left out
/// @param thoughts the items of reasoning that only their maker can read, as ranges of `items`
/// @param input whether the request has an `input`
/// @param items the items of `input`, joined by single commas
/// @param envelope all other fields as one JSON object
/// @param memory what the spools take of it
/// @param read told when the request is not needed any more
/// @param headers of the request, their names in lower case
public record Turn(
    TenantId tenant,
    String model,
    String content,
    @Nullable String session,
    boolean ciphertext,
    List<ByteRange> thoughts,
    boolean input,
    Spool items,
    Spool envelope,
    BufferMemory.Loan memory,
    Runnable read,
    Map<String, List<String>> headers)
    implements AutoCloseable {
  /// Whether something in it can only be read by the account that made it.
  boolean hasMaker() {
    return ciphertext || !thoughts.isEmpty();
  }

  /// Whether it is of use to others without its thoughts.
  boolean goesWithout() {
    return !ciphertext && !thoughts.isEmpty();
  }

  /// A header's first value; null if there is none.
  @Nullable String header(String name) {
    List<String> values = headers.get(name);
    return values == null || values.isEmpty() ? null : values.getFirst();
  }

  /// Gives back what the request took, once no call will be made any more.
  @Override
  public void close() throws IOException {
    items.close();
    envelope.close();
    memory.close();
    read.run();
  }
}
