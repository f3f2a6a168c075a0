package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HttpThreadsTest {
  @Test
  void runsMoreTasksAtOnceThanThereAreThreads_onDaemons() throws Exception {
    ExecutorService executor = HttpThreads.executor();
    int tasks = 1000;
    CountDownLatch done = new CountDownLatch(tasks);
    CountDownLatch go = new CountDownLatch(1);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < tasks; i++) {
      executor.execute(() -> {
        threads.add(Thread.currentThread());
        try {
          go.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        done.countDown();
      });
    }
    go.countDown();

    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(threads)
        .hasSizeLessThanOrEqualTo(Runtime.version().feature() >= 24 ? tasks : 512)
        .allMatch(Thread::isDaemon)
        .allMatch(thread -> thread.getName().startsWith("parley-http-"));
    executor.shutdownNow();
    assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void usesAnIdleThreadBeforeItMakesANewOne() throws Exception {
    ExecutorService executor = HttpThreads.executor();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < 50; i++) {
      CountDownLatch ran = new CountDownLatch(1);
      executor.execute(() -> {
        threads.add(Thread.currentThread());
        ran.countDown();
      });
      assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
      await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> threads.stream().allMatch(this::isAtRest));
    }
    if (Runtime.version().feature() < 24) {
      assertThat(threads).hasSize(1);
    }
    executor.shutdownNow();
  }

  // Waiting for a task, or over.
  private boolean isAtRest(Thread thread) {
    Thread.State state = thread.getState();
    return state == Thread.State.TIMED_WAITING || state == Thread.State.TERMINATED;
  }
}
