package dev.kompakt.ingress.intake;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Request bodies by chance, of the shapes clients send.
final class RandomBodies {
  /// What the ciphertext of every thought is made of, and nothing else.
  static final String THOUGHT = "kmp1.thought";

  private RandomBodies() {}

  static Json.Fields body(Random random) {
    List<Json.Entry> fields = new ArrayList<>();
    fields.add(Json.entry("model", "gpt-5.5"));
    fields.add(Json.entry("input", new Json.Elements(items(random))));
    fields.add(Json.entry("instructions", Json.randomText(random, 30)));
    for (String name : List.of("tools", "reasoning", "text", "metadata", "client_metadata")) {
      if (random.nextBoolean()) {
        fields.add(Json.entry(name, Json.random(random, 3)));
      }
    }
    if (random.nextBoolean()) {
      fields.add(Json.entry("stream", new Json.Word("true")));
    }
    Collections.shuffle(fields, random);
    return new Json.Fields(fields);
  }

  private static List<Json> items(Random random) {
    List<Json> items = new ArrayList<>();
    List<String> open = new ArrayList<>();
    for (int i = random.nextInt(1, 15); i > 0; i--) {
      items.add(item(random, open));
    }
    if (random.nextBoolean()) {
      items.add(Json.object(Json.entry("type", "compaction_trigger")));
    }
    return items;
  }

  private static Json thought(Random random) {
    String text = random.nextBoolean() ? THOUGHT : THOUGHT.repeat(random.nextInt(1, 5_000));
    List<Json.Entry> fields = new ArrayList<>();
    fields.add(Json.entry("type", "reasoning"));
    fields.add(Json.entry("encrypted_content", text));
    fields.add(Json.entry("summary", Json.random(random, 2)));
    Collections.shuffle(fields, random);
    return new Json.Fields(fields);
  }

  private static Json compaction(Random random) {
    return Json.object(
        Json.entry("type", "compaction"),
        Json.entry("encrypted_content", random.nextBoolean() ? "kmp1.good=" : "gAAA"));
  }

  private static Json item(Random random, List<String> open) {
    return switch (random.nextInt(6)) {
      case 0 -> {
        String id = "call_" + random.nextInt(20);
        open.add(id);
        yield Json.object(
            Json.entry("type", "function_call"),
            Json.entry("call_id", id),
            Json.entry("arguments", Json.randomText(random, 20)));
      }
      case 1 -> {
        String id = open.isEmpty() ? "call_x" : open.get(random.nextInt(open.size()));
        yield Json.object(
            Json.entry("type", "function_call_output"),
            Json.entry("call_id", id),
            Json.entry("output", Json.random(random, 2)));
      }
      case 2 -> random.nextBoolean() ? thought(random) : compaction(random);
      default ->
          Json.object(
              Json.entry("type", "message"),
              Json.entry("role", random.nextBoolean() ? "user" : "assistant"),
              Json.entry("content", Json.random(random, 3)),
              Json.entry("extra", Json.random(random, 2)));
    };
  }
}
