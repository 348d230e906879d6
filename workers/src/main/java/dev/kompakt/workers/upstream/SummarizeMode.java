package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.json.JsonText;
import dev.kompakt.workers.payload.Payloads;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `POST {base}/responses` with Kompakt's own instructions, for a whole history, a part of one, or
/// partial summaries. Of the history go the pieces the job names, which hold no thoughts; a
/// compaction item of another maker goes along, and a provider that cannot read it says so.
record SummarizeMode(Payloads payloads) implements UpstreamMode {
  static final int MOST_OUTPUT_TOKENS = 16_384;

  private static final Set<String> KEPT_FIELDS =
      Set.of("service_tier", "prompt_cache_key", "reasoning");

  @Override
  public String path() {
    return "/responses";
  }

  @Override
  public Map<String, String> headers() {
    return Map.of("accept", "text/event-stream");
  }

  @Override
  public RequestBody body(Job job, Envelope envelope, KompaktConfig.Provider provider)
      throws IOException {
    RequestBody body = RequestFields.begin(job, envelope, provider, KEPT_FIELDS::contains);
    ByteRange verbosity = envelope.text().get("verbosity");
    if (verbosity != null) {
      body.literal(",\"text\":{\"verbosity\":").stored(envelope.payload(), verbosity).literal("}");
    }
    body.literal(
        ",\"stream\":true,\"store\":false,\"max_output_tokens\":"
            + MOST_OUTPUT_TOKENS
            + ",\"instructions\":"
            + JsonText.quoted(Instructions.of(job.work()))
            + ",\"input\":[");
    long before = body.length();
    switch (job.work()) {
      case Work.Whole(PayloadRef items, List<Piece> pieces, _) -> body.pieces(items, pieces);
      case Work.Chunk(PayloadRef items, List<Piece> pieces, _, _) -> body.pieces(items, pieces);
      case Work.Merge(List<PayloadRef> summaries, _) -> summaries(body, summaries);
      case Work.Join _ -> throw new IllegalArgumentException("a join needs no call");
    }
    return body.literal(body.length() == before ? "" : ",")
        .literal(Instructions.CLOSING_MESSAGE + "]}");
  }

  private void summaries(RequestBody body, List<PayloadRef> summaries) throws IOException {
    for (int i = 0; i < summaries.size(); i++) {
      body.literal(
          (i == 0 ? "" : ",")
              + "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
              + "\"text\":\"Partial summary "
              + (i + 1)
              + " of "
              + summaries.size()
              + "\\n\\n");
      body.escaped(summaries.get(i), payloads).literal("\"}]}");
    }
  }

  @Override
  public Reply read(Job job, ResponseBody response, Classification failures, UsageReadings readings)
      throws IOException {
    if (response.isEventStream()) {
      return ResponseEvents.read(response, new SummaryAnswer(), failures, readings);
    }
    return response.isJson()
        ? SummaryAnswer.check(response.readAll(), failures)
        : Reply.malformed(Fault.WRONG_CONTENT_TYPE);
  }
}
