package dev.parley.spi;

import static dev.parley.engine.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The wheel timer, in real time. */
class TimeTest {
  private final Time time = Time.system();

  @AfterEach
  void close() {
    time.close();
  }

  @Test
  void BKF_7_nothingIsDueBeforeItsTime() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("TimeTest seed " + seed);
    Random random = new Random(seed);
    int entries = 2_000;
    CountDownLatch expired = new CountDownLatch(entries);
    AtomicLong earliest = new AtomicLong(Long.MAX_VALUE);
    for (int i = 0; i < entries; i++) {
      // Up to 5 s is more than one turn of the wheel.
      long delay = TimeUnit.MICROSECONDS.toNanos(random.nextInt(i % 20 == 0 ? 5_000_000 : 300_000));
      long due = System.nanoTime() + delay;
      time.schedule(
          onExpiry(() -> {
            earliest.accumulateAndGet(System.nanoTime() - due, Math::min);
            expired.countDown();
          }),
          delay);
    }

    assertThat(expired.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(earliest.get()).as("nanoseconds after it was due").isNotNegative();
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void DLN_8_aMillionCancelledTimeoutsLeaveNothing() {
    for (int i = 0; i < 1_000_000; i++) {
      Timeout timeout = onExpiry(() -> {});
      time.schedule(timeout, TimeUnit.SECONDS.toNanos(30));
      assertThat(time.cancel(timeout)).isTrue();
    }

    assertThat(time.scheduled()).isZero();
  }

  @Test
  void cancelTellsWhetherItWasInTime() {
    AtomicLong runs = new AtomicLong();
    Timeout timeout = onExpiry(runs::incrementAndGet);
    assertThat(time.cancel(timeout)).as("never scheduled").isFalse();

    time.schedule(timeout, 0);
    await().until(() -> runs.get() == 1);

    assertThat(time.cancel(timeout)).as("already expired").isFalse();
    time.schedule(timeout, TimeUnit.HOURS.toNanos(1));
    assertThat(time.cancel(timeout)).isTrue();
    assertThat(time.cancel(timeout)).as("already cancelled").isFalse();
    assertThat(runs).hasValue(1);
  }

  @Test
  void refusesToScheduleTwice() {
    Timeout timeout = onExpiry(() -> {});
    time.schedule(timeout, TimeUnit.HOURS.toNanos(1));

    assertThatThrownBy(() -> time.schedule(timeout, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a timeout that is already scheduled was scheduled again");
  }

  @Test
  void outlivesWhatItRuns() {
    AtomicLong runs = new AtomicLong();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> reported.add(e));
    try {
      time.schedule(
          onExpiry(() -> {
            throw new IllegalStateException("on purpose");
          }),
          0);
      time.schedule(onExpiry(runs::incrementAndGet), TimeUnit.MILLISECONDS.toNanos(20));
      await().dontCatchUncaughtExceptions().until(() -> runs.get() == 1);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }

    assertThat(reported).hasSize(1);
  }

  @Test
  void manyThreadsScheduleAndCancelWithoutLoss() throws Exception {
    int threads = 4;
    int each = 50_000;
    AtomicLong expired = new AtomicLong();
    AtomicLong cancelled = new AtomicLong();
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Random random = new Random(t);
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < each; i++) {
              Timeout timeout = onExpiry(expired::incrementAndGet);
              time.schedule(timeout, random.nextInt(3_000_000));
              if (random.nextBoolean() && time.cancel(timeout)) {
                cancelled.incrementAndGet();
              }
            }
          });
      thread.start();
      running.add(thread);
    }
    for (Thread thread : running) {
      thread.join();
    }

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> expired.get() + cancelled.get() == (long) threads * each);
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void stopsItsThreadWhenClosed() {
    time.schedule(onExpiry(() -> {}), TimeUnit.HOURS.toNanos(1));

    time.close();

    await()
        .until(() ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("parley-timer") && thread.isAlive()));
  }

  private static Timeout onExpiry(Runnable action) {
    return new Timeout() {
      @Override
      public void expired() {
        action.run();
      }
    };
  }
}
