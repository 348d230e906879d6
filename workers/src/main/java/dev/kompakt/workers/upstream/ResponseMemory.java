package dev.kompakt.workers.upstream;

import dev.kompakt.schemas.record.Outcome;

/// The bytes that answers may take in memory, over all calls of this process. Thread-safe.
final class ResponseMemory {
  private static final long LEAST_BYTES = 32L << 20;

  private final long limit;
  private long taken;

  ResponseMemory(long limit) {
    this.limit = limit;
  }

  /// A quarter of the heap.
  static ResponseMemory ofHeap() {
    return new ResponseMemory(Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / 4));
  }

  /// Takes bytes, without waiting.
  ///
  /// @throws CallFailedException as this worker's own fault if there are none left
  synchronized void take(long bytes) throws CallFailedException {
    if (taken + bytes > limit) {
      throw new CallFailedException(Outcome.Transient.Cause.WORKER_FAULT, null);
    }
    taken += bytes;
  }

  synchronized void give(long bytes) {
    taken -= bytes;
  }

  synchronized long taken() {
    return taken;
  }
}
