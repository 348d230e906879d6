package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Work;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/// `POST {base}/responses/compact`: the provider compacts, its answer is handed back byte for byte.
record NativeMode() implements UpstreamMode {
  /// All that the endpoint knows; real ones answer 400 to anything else.
  private static final Set<String> KNOWN_FIELDS =
      Set.of(
          "instructions",
          "previous_response_id",
          "prompt_cache_key",
          "prompt_cache_options",
          "prompt_cache_retention",
          "service_tier",
          "tools",
          "parallel_tool_calls",
          "reasoning",
          "text",
          "image");

  @Override
  public String path() {
    return "/responses/compact";
  }

  @Override
  public Map<String, String> headers() {
    return Map.of("accept", "application/json");
  }

  @Override
  public RequestBody body(Job job, Envelope envelope, KompaktConfig.Provider provider) {
    Work.Whole whole = UpstreamMode.whole(job);
    return RequestFields.begin(job, envelope, provider, KNOWN_FIELDS::contains)
        .literal(",\"input\":[")
        .stored(whole.items(), whole.items().whole())
        .literal("]}");
  }

  @Override
  public Reply read(Job job, ResponseBody response, Classification failures, UsageReadings readings)
      throws IOException {
    return response.isJson()
        ? NativeAnswer.check(response.readAll())
        : Reply.malformed(Fault.WRONG_CONTENT_TYPE);
  }
}
