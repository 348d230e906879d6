package dev.kompakt.workers.attempt;

import dev.kompakt.workers.lane.Attempts;
import dev.kompakt.workers.quota.Spent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/// Keeps what a quota is told of calls, and has room for them unless told otherwise.
final class Watched implements Attempts.Watch {
  final List<String> told = new CopyOnWriteArrayList<>();
  boolean room = true;
  boolean roomForTwo = true;
  BooleanSupplier owned = () -> true;
  BooleanSupplier first = () -> true;

  @Override
  public boolean owned(Duration atMost) {
    return owned.getAsBoolean();
  }

  @Override
  public boolean first(Duration atMost) {
    return first.getAsBoolean();
  }

  @Override
  public boolean sized(long tokens) {
    told.add("sized " + tokens);
    return room;
  }

  @Override
  public boolean again() {
    told.add("again");
    return roomForTwo;
  }

  @Override
  public void sent() {
    told.add("sent");
  }

  @Override
  public void over(Spent spent) {
    told.add("over " + spent.called() + " " + spent.tokens());
  }
}
