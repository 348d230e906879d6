package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.history.PayloadRef;

/// A compaction's terminal status.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Completion {
  /// The answer is stored.
  ///
  /// @param result the answer: one JSON object as of `POST /v1/responses/compact`
  @JsonTypeName("completed")
  record Completed(PayloadRef result, Usage usage) implements Completion {}

  @JsonTypeName("failed")
  record Failed(Failure failure) implements Completion {}

  @JsonTypeName("cancelled")
  record Cancelled() implements Completion {}
}
