package dev.parley.webhooks;

import dev.parley.spi.Admission;
import java.util.concurrent.Semaphore;

/** At most so many sends at once to one endpoint; one more is refused. */
final class ConcurrencyLimit implements Admission {
  private final int limit;
  private final Semaphore free;

  ConcurrencyLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, but is " + limit);
    }
    this.limit = limit;
    this.free = new Semaphore(limit);
  }

  @Override
  public long tryEnter(long patienceNanos) {
    return free.tryAcquire() ? 0 : -1;
  }

  @Override
  public void leave() {
    free.release();
  }

  @Override
  public String describe() {
    return "at most " + limit + " sends at once to this endpoint";
  }
}
