package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.ErrorBody;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Work;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/// Streaming `POST {base}/responses` with a trailing `compaction_trigger`: the provider compacts
/// and answers with one compaction item.
record TriggerMode() implements UpstreamMode {
  /// What Kompakt sets itself.
  private static final Set<String> OWN_FIELDS =
      Set.of("model", "input", "stream", "store", "background");

  @Override
  public String path() {
    return "/responses";
  }

  @Override
  public Map<String, String> headers() {
    return Map.of("accept", "text/event-stream", "x-codex-beta-features", "remote_compaction_v2");
  }

  @Override
  public RequestBody body(Job job, Envelope envelope, KompaktConfig.Provider provider) {
    Work.Whole whole = UpstreamMode.whole(job);
    RequestBody body =
        RequestFields.begin(job, envelope, provider, name -> !OWN_FIELDS.contains(name))
            .literal(",\"stream\":true,\"store\":false,\"input\":[");
    long before = body.length();
    return body.pieces(whole.items(), whole.pieces())
        .literal(body.length() == before ? "" : ",")
        .literal("{\"type\":\"compaction_trigger\"}]}");
  }

  @Override
  public Reply read(Job job, ResponseBody response, Classification failures, UsageReadings readings)
      throws IOException {
    if (response.isJson()) {
      return Reply.malformed(
          ErrorBody.isError(response.readAll()) ? Fault.ERROR_UNDER_200 : Fault.WRONG_CONTENT_TYPE);
    }
    return response.isEventStream()
        ? ResponseEvents.read(response, new TriggerAnswer(job.at()), failures, readings)
        : Reply.malformed(Fault.WRONG_CONTENT_TYPE);
  }
}
