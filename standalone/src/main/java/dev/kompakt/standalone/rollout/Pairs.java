package dev.kompakt.standalone.rollout;

import dev.kompakt.standalone.rollout.HistoryItem.Copied;
import dev.kompakt.standalone.rollout.HistoryItem.Kind;
import dev.kompakt.standalone.rollout.HistoryItem.Written;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.io.JsonStringEncoder;

/// Makes calls and outputs pairs again, as codex does when it resumes: an interrupted session has
/// calls without an output, and providers refuse either without the other.
final class Pairs {
  private Pairs() {}

  static List<HistoryItem> complete(List<HistoryItem> items) {
    Set<String> answered = new HashSet<>();
    for (HistoryItem item : items) {
      if (item instanceof Copied copied && copied.kind() == Kind.OUTPUT) {
        answered.add(copied.callId());
      }
    }
    Set<String> called = new HashSet<>();
    List<HistoryItem> complete = new ArrayList<>(items.size());
    for (HistoryItem item : items) {
      switch (item) {
        case Copied(_, _, Kind kind, String callId) -> {
          switch (kind) {
            case OUTPUT -> {
              if (called.contains(callId)) {
                complete.add(item);
              }
            }
            case FUNCTION_CALL, CUSTOM_TOOL_CALL -> {
              complete.add(item);
              called.add(callId);
              if (!answered.contains(callId) && !callId.isEmpty()) {
                complete.add(aborted(kind, callId));
              }
            }
            case USER_MESSAGE, OTHER -> complete.add(item);
          }
        }
        case Written _ -> complete.add(item);
      }
    }
    return List.copyOf(complete);
  }

  private static HistoryItem aborted(Kind kind, String callId) {
    String type =
        kind == Kind.CUSTOM_TOOL_CALL ? "custom_tool_call_output" : "function_call_output";
    String id = new String(JsonStringEncoder.getInstance().quoteAsCharArray(callId));
    return new Written(
        "{\"type\":\"" + type + "\",\"call_id\":\"" + id + "\",\"output\":\"aborted\"}");
  }
}
