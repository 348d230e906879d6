package dev.kompakt.schemas.record;

/// How a summary of Kompakt's own is handed back.
public enum Checkpoint {
  /// As one `compaction` item, authenticated and bound to the tenant; only Kompakt can open it.
  SEALED,
  /// As an ordinary developer message, readable anywhere.
  PLAIN
}
