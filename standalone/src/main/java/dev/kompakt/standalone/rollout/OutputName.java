package dev.kompakt.standalone.rollout;

import java.nio.file.Path;

/// How results are named: like their input, with `.compacted` before the end.
final class OutputName {
  static final String ROLLOUT = ".compacted.jsonl";
  static final String REQUEST = ".compacted.json";

  private OutputName() {}

  static String of(Path input, String end) {
    String name = input.getFileName().toString();
    int dot = name.lastIndexOf('.');
    boolean known = dot > 0 && (name.endsWith(".jsonl") || name.endsWith(".json"));
    return (known ? name.substring(0, dot) : name) + end;
  }
}
