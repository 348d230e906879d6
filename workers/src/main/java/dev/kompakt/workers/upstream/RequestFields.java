package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.workers.json.JsonText;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Begins a request with its model and the client's fields.
final class RequestFields {
  private static final String CHOICE = "tool_choice";

  /// Without tools these mean nothing, and some providers refuse them.
  private static final Set<String> ABOUT_TOOLS = Set.of("parallel_tool_calls", CHOICE);

  private RequestFields() {}

  /// An open object with `model` and those of the client's fields that `wanted` takes; tools of
  /// types the provider refuses are left out, and a `tool_choice` that names one.
  static RequestBody begin(
      Job job, Envelope envelope, KompaktConfig.Provider provider, Predicate<String> wanted) {
    RequestBody body = new RequestBody().literal("{\"model\":" + JsonText.quoted(job.model()));
    List<String> refused = provider.rejectedTools();
    Set<String> rejected = refused == null ? Set.of() : Set.copyOf(refused);
    boolean filter = envelope.tools().stream().anyMatch(tool -> rejected.contains(tool.type()));
    List<ByteRange> kept = filter ? envelope.toolsWithout(rejected) : List.of();
    boolean noTools = filter && kept.isEmpty();
    boolean noChoice = envelope.chosen().stream().anyMatch(rejected::contains);
    for (Map.Entry<String, ByteRange> field : envelope.fields().entrySet()) {
      String name = field.getKey();
      boolean tools = name.equals("tools");
      if (!wanted.test(name)
          || (noTools && (tools || ABOUT_TOOLS.contains(name)))
          || (noChoice && name.equals(CHOICE))) {
        continue;
      }
      body.literal("," + JsonText.quoted(name) + ":");
      if (tools && filter) {
        for (int i = 0; i < kept.size(); i++) {
          body.literal(i == 0 ? "[" : ",").stored(envelope.payload(), kept.get(i));
        }
        body.literal("]");
      } else {
        body.stored(envelope.payload(), field.getValue());
      }
    }
    return body;
  }
}
