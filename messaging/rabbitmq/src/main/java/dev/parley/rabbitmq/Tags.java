package dev.parley.rabbitmq;

import java.util.BitSet;

/**
 * Which deliveries of a native channel are settled. Their tags count up from 1, so that everything
 * up to a tag can be acknowledged in one go once all before it are settled. Guarded by its user.
 */
final class Tags {
  private final BitSet settled = new BitSet(); // of what is above the prefix
  private long prefix; // all up to here are

  void settled(long tag) {
    settled.set((int) (tag - prefix - 1));
  }

  /** Moves on over all that is settled by now, and returns the last tag before the first gap. */
  long advance() {
    int more = settled.nextClearBit(0);
    if (more > 0) {
      BitSet rest = settled.get(more, Math.max(more, settled.length()));
      settled.clear();
      settled.or(rest);
      prefix += more;
    }
    return prefix;
  }
}
