package dev.parley.webhooks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** Whether too many wait, counted once a second. */
final class InboxCrowd {
  private static final long COUNT_EVERY = TimeUnit.SECONDS.toNanos(1);

  private final IntSupplier count;
  private final int limit;
  private final AtomicLong countAt = new AtomicLong(System.nanoTime());
  private volatile boolean tooLarge;

  InboxCrowd(IntSupplier count, int limit) {
    this.count = count;
    this.limit = limit;
  }

  boolean isTooLarge() {
    if (limit < Integer.MAX_VALUE) {
      long due = countAt.get();
      long now = System.nanoTime();
      if (now - due >= 0 && countAt.compareAndSet(due, now + COUNT_EVERY)) {
        tooLarge = count.getAsInt() > limit;
      }
    }
    return tooLarge;
  }
}
