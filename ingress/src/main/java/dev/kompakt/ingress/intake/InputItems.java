package dev.kompakt.ingress.intake;

import dev.kompakt.schemas.history.ByteRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// The elements of `input`: each is held back until it is known to be none of Kompakt's own, and is
/// then let through, replaced, or left out.
final class InputItems {
  private static final JsonFactory JSON = new JsonFactory();

  private final RawBytes raw;
  private final CheckpointOpener opener;
  private final Items items = new Items();
  private final LongTexts texts = new LongTexts();
  private final RetainedMessages retained = new RetainedMessages();
  private final InputItem item = new InputItem();

  private long bodyAt;
  private long payloadAt;
  private int textsBefore;
  private boolean trigger;
  private final Thoughts thoughts = new Thoughts();
  private final Purpose purpose;

  /// A summary was opened, and no user has said anything since.
  private boolean unanswered;

  InputItems(RawBytes raw, CheckpointOpener opener, Purpose purpose) {
    this.raw = raw;
    this.opener = opener;
    this.purpose = purpose;
  }

  /// An item begins.
  void open(long at) throws IOException {
    if (trigger) {
      throw misplacedTrigger();
    }
    if (items.count() == Items.MAX_ITEMS) {
      throw BodyRejected.tooLarge(
          "too_many_items",
          "input",
          "The field 'input' has more than " + Items.MAX_ITEMS + " items.");
    }
    item.open();
    begin(at, raw.nextItemAt(), 0);
    raw.toHeld(at);
  }

  private void begin(long at, long payloadAt, int opening) {
    bodyAt = at;
    this.payloadAt = payloadAt;
    textsBefore = texts.size();
    texts.openItem(payloadAt + opening - at);
  }

  void name(Capture name) {
    item.name(ItemField.of(name));
  }

  /// A string ended that is the value of one of the item's own fields.
  void string(Capture value, long at, long end) throws IOException {
    item.string(value, at, end);
    if (raw.isHeld() && item.isPlain()) {
      raw.carry(end);
      raw.releaseItem();
    }
  }

  /// The item holds something encrypted deeper inside.
  void encryptedInside() {
    item.encryptedInside();
  }

  /// The item ends.
  ///
  /// @return whether it is part of the content
  boolean close(long end) throws IOException {
    raw.carry(end);
    if (item.isTrigger()) {
      if (!raw.isHeld()) {
        throw misplacedTrigger();
      }
      raw.toNowhere(end);
      texts.truncate(textsBefore);
      trigger = true;
      return false;
    }
    String opened = item.isCheckpoint() && raw.isHeld() ? opener.open(encryptedContent()) : null;
    if (opened != null) {
      replace(opened, end);
      return true;
    }
    raw.releaseItem();
    raw.toNowhere(end);
    int length = Math.toIntExact(end - bodyAt);
    if (item.isEncrypted()
        && thoughts.encrypted(item.isReasoning(), new ByteRange(payloadAt, length))) {
      texts.truncate(textsBefore);
    }
    if (item.isRetained()) {
      retained.add(new ByteRange(payloadAt, length));
    }
    unanswered &= !item.isUsers();
    item.link(items);
    items.add(length);
    return true;
  }

  private String encryptedContent() {
    int from = (int) (item.encryptedAt() - bodyAt);
    int length = (int) (item.encryptedEnd() - item.encryptedAt());
    try (JsonParser parser =
        JSON.createParser(ObjectReadContext.empty(), raw.held(), from, length)) {
      parser.nextToken();
      return parser.getString();
    }
  }

  /// Puts a developer message in the item's place. It is not retained: what it says goes into the
  /// next summary.
  private void replace(String opened, long end) throws IOException {
    byte[] message = Messages.summary(opened).getBytes(StandardCharsets.UTF_8);
    raw.replaceItem(message, end);
    texts.truncate(textsBefore);
    texts.openItem(payloadAt);
    Messages.noteSummary(message, texts);
    items.add(message.length);
    unanswered = true;
  }

  private static BodyRejected misplacedTrigger() {
    return BodyRejected.invalid(
        "misplaced_compaction_trigger",
        "input",
        "A compaction_trigger may only stand once in 'input', as its last item.");
  }

  /// `input` is a string: its token follows and becomes the text of one user message.
  void openText(long at) throws IOException {
    begin(at, raw.nextItemAt(), Messages.USER_OPENING.length());
    raw.toNewItem(at, Messages.USER_OPENING);
  }

  /// The string ends.
  void closeText(long end) throws IOException {
    raw.carry(end);
    raw.writeItems(Messages.USER_CLOSING);
    raw.toNowhere(end);
    int length = Math.toIntExact(raw.itemsBytes() - payloadAt);
    retained.add(new ByteRange(payloadAt, length));
    items.add(length);
  }

  /// The array ends. After a summary that no user has followed up, a turn is told to go on.
  void end(long at) throws IOException {
    if (purpose == Purpose.COMPACTION && items.count() == 0) {
      throw TopLevelFields.emptyInput();
    }
    if (purpose == Purpose.TURN && unanswered && !trigger) {
      begin(at, raw.nextItemAt(), 0);
      raw.toNewItem(at, Messages.RESUME);
      raw.toNowhere(at);
      items.add(Messages.RESUME.length());
    }
  }

  /// The strings of the items.
  LongTexts texts() {
    return texts;
  }

  int count() {
    return items.count();
  }

  int[] spans() {
    return items.spans();
  }

  List<ByteRange> retained() {
    return retained.ranges();
  }

  boolean trigger() {
    return trigger;
  }

  Thoughts thoughts() {
    return thoughts;
  }
}
