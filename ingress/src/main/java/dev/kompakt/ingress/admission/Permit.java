package dev.kompakt.ingress.admission;

/// One request's share of an [Admission]. Given back once, however often that is asked.
public final class Permit implements Admitted, AutoCloseable {
  private final Admission admission;
  private final Lane lane;
  private final String key;
  private long reserved;
  private boolean limited;
  private boolean read;
  private boolean closed;

  Permit(Admission admission, Lane lane, String key) {
    this.admission = admission;
    this.lane = lane;
    this.key = key;
  }

  /// It counts for its key's own limits.
  synchronized void limited() {
    limited = true;
  }

  /// Makes sure that so many bytes of the body have room.
  ///
  /// @return false if they have not
  public synchronized boolean cover(long bytes) {
    return bytes <= reserved || grow(Math.max(Admission.STEP_BYTES, bytes - reserved));
  }

  synchronized boolean grow(long bytes) {
    if (read || !admission.reserve(lane, key, bytes, reserved)) {
      return false;
    }
    reserved += bytes;
    return true;
  }

  /// The body has been read, or never will be: its bytes are given back.
  public synchronized void bodyRead() {
    if (!read) {
      read = true;
      admission.giveBack(lane, key, reserved);
    }
  }

  /// The request is over.
  @Override
  public synchronized void close() {
    bodyRead();
    if (!closed) {
      closed = true;
      admission.leave(lane, key, limited);
    }
  }
}
