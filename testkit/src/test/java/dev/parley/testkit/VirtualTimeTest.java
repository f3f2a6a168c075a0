package dev.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.spi.Timeout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
  private final VirtualTime time = VirtualTime.create();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  @Test
  void makesAnHourPassAtOnce() {
    // @start region="hour"
    VirtualTime time = VirtualTime.create();
    AtomicInteger rings = new AtomicInteger();
    time.schedule(timeout(rings::incrementAndGet), TimeUnit.HOURS.toNanos(1));

    time.advance(Duration.ofMinutes(59));
    assertThat(rings).hasValue(0);
    time.advance(Duration.ofMinutes(1));
    assertThat(rings).hasValue(1);
    // @end
  }

  @Test
  void runsWhatIsDueInOrderAndAtItsMoment() {
    schedule("c", 30);
    schedule("a", 10);
    schedule("b1", 20);
    schedule("b2", 20);

    time.advance(Duration.ofNanos(25));

    assertThat(log).containsExactly("a@10", "b1@20", "b2@20");
    assertThat(time.nanoTime()).isEqualTo(25);
    assertThat(time.scheduled()).isEqualTo(1);
    assertThat(time.untilNext()).isEqualTo(Duration.ofNanos(5));
  }

  @Test
  void runsWhatIsScheduledMeanwhile() {
    time.schedule(
        timeout(() -> {
          log.add("first@" + time.nanoTime());
          schedule("second", 5);
        }),
        10);

    time.advance(Duration.ofNanos(15));

    assertThat(log).containsExactly("first@10", "second@15");
  }

  @Test
  void whatOtherThreadsScheduleMeanwhile_countsFromTheEndOfTheStep() {
    time.schedule(
        timeout(() -> {
          log.add("first@" + time.nanoTime());
          inAnotherThread(() -> {
            log.add("seen@" + time.nanoTime());
            schedule("second", 2);
          });
        }),
        10);

    time.advance(Duration.ofNanos(15));
    assertThat(log).containsExactly("first@10", "seen@15");
    time.advance(Duration.ofNanos(2));
    assertThat(log).containsExactly("first@10", "seen@15", "second@17");
  }

  private static void inAnotherThread(Runnable action) {
    Thread thread = new Thread(action);
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void forgetsWhatIsCancelled() {
    Timeout timeout = timeout(() -> log.add("never"));
    time.schedule(timeout, 10);

    assertThat(time.cancel(timeout)).isTrue();
    assertThat(time.cancel(timeout)).isFalse();
    time.advance(Duration.ofSeconds(1));

    assertThat(log).isEmpty();
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void schedulesAnExpiredTimeoutAgain() {
    Timeout timeout = timeout(() -> log.add("@" + time.nanoTime()));
    time.schedule(timeout, 10);
    time.advance(Duration.ofNanos(10));
    time.schedule(timeout, 10);
    time.advance(Duration.ofNanos(10));

    assertThat(log).containsExactly("@10", "@20");
  }

  @Test
  void refusesToScheduleTwiceAndToRunBackwards() {
    Timeout timeout = timeout(() -> {});
    time.schedule(timeout, 10);

    assertThatThrownBy(() -> time.schedule(timeout, 10)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> time.advance(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step must not be negative, but is PT-0.000000001S");
  }

  @Test
  void DLN_7_jumpsTheWallClockWithoutMovingTimers() {
    schedule("a", 10);
    Instant before = time.now();

    time.jumpWallClock(Duration.ofHours(1));
    assertThat(time.now()).isEqualTo(before.plusSeconds(3600));
    time.jumpWallClock(Duration.ofHours(-2));
    assertThat(time.now()).isEqualTo(before.minusSeconds(3600));

    assertThat(time.nanoTime()).isZero();
    assertThat(log).isEmpty();
  }

  @Test
  void neverExpiresOnceClosed() {
    schedule("a", 10);
    time.close();
    schedule("b", 10);
    time.advance(Duration.ofSeconds(1));

    assertThat(log).isEmpty();
  }

  @Test
  void movesOnWhileOtherThreadsComeToRest() throws Exception {
    ExecutorService others = Executors.newSingleThreadExecutor();
    try {
      AtomicInteger steps = new AtomicInteger();
      class Chain extends Timeout {
        @Override
        public void expired() {
          others.execute(() -> {
            if (steps.incrementAndGet() < 100) {
              time.schedule(this, TimeUnit.MINUTES.toNanos(1));
            }
          });
        }
      }
      time.schedule(new Chain(), TimeUnit.MINUTES.toNanos(1));

      assertThat(time.advanceUntil(() -> steps.get() == 100, Duration.ofHours(3))).isTrue();
      assertThat(time.nanoTime()).isEqualTo(TimeUnit.MINUTES.toNanos(100));
    } finally {
      others.shutdownNow();
    }
  }

  @Test
  void stopsAtTheLimit() {
    schedule("late", TimeUnit.HOURS.toNanos(2));

    assertThat(time.advanceUntil(() -> !log.isEmpty(), Duration.ofHours(1))).isFalse();
    assertThat(time.nanoTime()).isEqualTo(TimeUnit.HOURS.toNanos(1));
  }

  @Test
  void isSafeForManyThreads() throws Exception {
    int threads = 8;
    int each = 2_000;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    AtomicInteger expired = new AtomicInteger();
    AtomicInteger cancelled = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(threads);
    try {
      for (int i = 0; i < threads; i++) {
        boolean mover = i % 2 == 0;
        pool.execute(() -> {
          for (int n = 0; n < each; n++) {
            Timeout timeout = timeout(expired::incrementAndGet);
            time.schedule(timeout, n % 50);
            if (n % 3 == 0 && time.cancel(timeout)) {
              cancelled.incrementAndGet();
            }
            if (mover) {
              time.advance(Duration.ofNanos(1));
            }
          }
          done.countDown();
        });
      }
      assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
      time.advance(Duration.ofSeconds(1));

      assertThat(expired.get() + cancelled.get()).isEqualTo(threads * each);
      assertThat(time.scheduled()).isZero();
    } finally {
      pool.shutdownNow();
    }
  }

  private void schedule(String name, long delay) {
    time.schedule(timeout(() -> log.add(name + "@" + time.nanoTime())), delay);
  }

  private static Timeout timeout(Runnable action) {
    return new Timeout() {
      @Override
      public void expired() {
        action.run();
      }
    };
  }
}
