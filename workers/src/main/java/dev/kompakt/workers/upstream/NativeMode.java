package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.ErrorBody;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Work;
import java.io.IOException;
import java.util.Locale;
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

  /// Error codes that are of no single thing, as they are seen for a path nobody serves.
  private static final Set<String> OF_THE_PATH =
      Set.of("", "404", "405", "not_found", "unknown_url", "route_not_found", "method_not_allowed");

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
        .pieces(whole.items(), whole.pieces())
        .literal("]}");
  }

  /// A 404 may also be about something the request names, and then says so.
  @Override
  public boolean isMissing(int status, ErrorBody error) {
    return (status == 404 || status == 405)
        && error.param() == null
        && OF_THE_PATH.contains(error.code())
        && !error.message().toLowerCase(Locale.ROOT).contains("model");
  }

  @Override
  public Reply read(Job job, ResponseBody response, Classification failures, UsageReadings readings)
      throws IOException {
    return response.isJson()
        ? NativeAnswer.check(response.readAll())
        : Reply.malformed(Fault.WRONG_CONTENT_TYPE);
  }
}
