package dev.kompakt.schemas.record;

/// How a provider compacts, and how one job is carried out.
public enum Mode {
  /// `POST {base}/responses/compact`; the provider's answer is returned as it came.
  NATIVE,
  /// Streaming `POST {base}/responses` with a trailing `compaction_trigger`.
  TRIGGER,
  /// `POST {base}/responses` with Kompakt's own instructions; for every part of a split history.
  SUMMARIZE,
  /// No upstream: a deterministic structural compaction, or the joining of partial summaries.
  LOCAL
}
