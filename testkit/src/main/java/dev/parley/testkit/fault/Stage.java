package dev.parley.testkit.fault;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/** One fault at work on the bytes of one direction of one connection. */
abstract class Stage {

  /** Nanoseconds to hold back bytes that arrive now. */
  long latency() {
    return 0;
  }

  /** How many bytes may pass now. 0 closes the way until {@link #opensAt}. */
  long allowance(long now) {
    return Long.MAX_VALUE;
  }

  /** When to ask again after an allowance of 0. */
  long opensAt() {
    return Loop.NEVER;
  }

  /** Sees the bytes that are about to pass, and may change them. */
  void beforePassing(ByteBuffer bytes) {}

  /** Learns how many of them did pass. */
  void passed(long count, long now) {}

  /** Strikes if the bytes that it lets through are used up; says whether it did. */
  boolean strikes() {
    return false;
  }

  /** Lets a number of bytes through, then strikes. */
  static final class Limit extends Stage {
    private final Runnable strike;
    private long left;

    Limit(long bytes, Runnable strike) {
      this.left = bytes;
      this.strike = strike;
    }

    @Override
    long allowance(long now) {
      return left;
    }

    @Override
    void passed(long count, long now) {
      left -= count;
    }

    @Override
    boolean strikes() {
      if (left > 0) {
        return false;
      }
      strike.run();
      return true;
    }
  }

  /** Lets portions through, with a pause after each. */
  static final class Pace extends Stage {
    private final long portion;
    private final LongUnaryOperator pauseAfter;
    private long opensAt;

    Pace(long portion, LongUnaryOperator pauseAfter) {
      this.portion = portion;
      this.pauseAfter = pauseAfter;
    }

    @Override
    long allowance(long now) {
      return now >= opensAt ? portion : 0;
    }

    @Override
    long opensAt() {
      return opensAt;
    }

    @Override
    void passed(long count, long now) {
      opensAt = now + pauseAfter.applyAsLong(count);
    }
  }

  /** Holds bytes back for a while. */
  static final class Latency extends Stage {
    private final LongSupplier nanos;

    Latency(LongSupplier nanos) {
      this.nanos = nanos;
    }

    @Override
    long latency() {
      return nanos.getAsLong();
    }
  }

  /** Changes one byte. */
  static final class Corruption extends Stage {
    private final byte mask;
    private final Runnable done;
    private long distance;
    private boolean isDone;

    Corruption(long offset, byte mask, Runnable done) {
      this.distance = offset;
      this.mask = mask;
      this.done = done;
    }

    @Override
    void beforePassing(ByteBuffer bytes) {
      // A byte that the sink does not take this time is seen again, hence the flag.
      if (!isDone && distance < bytes.remaining()) {
        int index = bytes.position() + (int) distance;
        bytes.put(index, (byte) (bytes.get(index) ^ mask));
        isDone = true;
        done.run();
      }
    }

    @Override
    void passed(long count, long now) {
      distance -= count;
    }
  }
}
