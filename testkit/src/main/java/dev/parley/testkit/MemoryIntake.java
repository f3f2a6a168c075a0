package dev.parley.testkit;

import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.Settlement;
import java.util.List;

/** Where one link takes its messages from: its place in a stream, or its share of a group. */
interface MemoryIntake {
  /** Returns what may be missing. */
  Continuity continuity();

  /** Takes what is there, at most so many; may be nothing. */
  List<Inbound> take(int max);

  /** Returns whether nothing follows. */
  boolean isEnded();

  /** Settles what was taken. */
  void settle(Settlement settlement, List<Inbound> deliveries);

  /** Sets who is told when there may be something to take. */
  void listen(Runnable news);

  /** Gives it up; what is unsettled goes back. */
  void release();
}
