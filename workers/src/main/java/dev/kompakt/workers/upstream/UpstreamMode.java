package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.ErrorBody;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Work;
import java.io.IOException;
import java.util.Map;

/// One way to have a provider compact: what is sent, and what its answer means.
sealed interface UpstreamMode permits NativeMode, TriggerMode, SummarizeMode {
  /// Below the provider's base URL.
  String path();

  /// Headers beside those every request has.
  Map<String, String> headers();

  /// Writes the request.
  ///
  /// @throws IOException if a payload cannot be read
  RequestBody body(Job job, Envelope envelope, KompaktConfig.Provider provider) throws IOException;

  /// Reads a 200.
  ///
  /// @param readings takes in what its events say of quotas
  /// @throws IOException as of [ResponseBody]
  Reply read(Job job, ResponseBody response, Classification failures, UsageReadings readings)
      throws IOException;

  /// Whether an error says that the provider has no such endpoint, whatever is sent there.
  default boolean isMissing(int status, ErrorBody error) {
    return false;
  }

  /// The work of a mode that only takes whole histories.
  static Work.Whole whole(Job job) {
    if (job.work() instanceof Work.Whole whole) {
      return whole;
    }
    throw new IllegalArgumentException(
        "job " + job.attempt() + ": mode " + job.mode() + " takes whole histories only");
  }
}
