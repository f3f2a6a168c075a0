package dev.parley.testkit;

import dev.parley.spi.Inbound;
import dev.parley.spi.Settlement;
import java.util.List;

/** The consumers that share the messages of one topic, and what they have done with them. */
interface MemoryGroup {
  /** Returns a new consumer's share. */
  MemoryIntake join(MemoryDriver driver);

  /** Returns how many messages are not yet done with: neither acknowledged nor rejected. */
  int backlog();

  /** Returns how many settlements came too late: their link or their lease had gone. */
  int staleSettlements();

  /** Returns what was rejected, in order. */
  List<Rejected> rejected();

  /** Returns what its members must agree on, in words. */
  String terms();

  /** A rejected message. */
  record Rejected(MemoryLog.Entry entry, Throwable reason, int attempts) {}

  /** What a member does. */
  interface Member extends MemoryIntake {
    @Override
    default boolean isEnded() {
      return false; // a topic never ends
    }

    @Override
    void settle(Settlement settlement, List<Inbound> deliveries);
  }
}
