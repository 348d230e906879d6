package dev.kompakt.workers.local;

/// Says what a local compaction did to the history, in figures.
final class Preface {
  private Preface() {}

  static String of(Plan plan, long bytesBefore) {
    Survey survey = plan.survey();
    int others = survey.items() - plan.kept().size() - survey.reasoning() - survey.ciphertext();
    return "This session's history was compacted by its structure, without a model. What the user"
        + " and the developer said is kept; the newest items are as they were; older messages of"
        + " the assistant, tool calls and tool outputs are cut to their beginning and end, with"
        + " the bytes left out counted in place.\n"
        + "Items: "
        + survey.items()
        + " before, "
        + plan.kept().size()
        + " after ("
        + plan.unchanged()
        + " unchanged, "
        + plan.shortened()
        + " shortened). Left out: "
        + survey.reasoning()
        + " reasoning, "
        + survey.ciphertext()
        + " encrypted, "
        + others
        + " others, the oldest first.\n"
        + "Bytes: "
        + bytesBefore
        + " before, "
        + plan.bytes()
        + " after.\n";
  }
}
