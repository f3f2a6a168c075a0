package dev.parley.engine;

import static dev.parley.engine.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Reply;
import dev.parley.spi.Answer;
import dev.parley.spi.Time;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What has ended leaves nothing behind. */
class CensusTest {
  private static final Operation<String, String> SAFE =
      Operation.of("orders.get", String.class, String.class).with(Idempotency.SAFE);

  @Test
  void DLN_8_aMillionCompletedCallsLeaveNoTimerAndNoThread() throws Exception {
    Set<Thread> before = threads();
    Time time = Time.system();
    ScriptedCalls peer = new ScriptedCalls();
    AtomicInteger number = new AtomicInteger();
    Answer<Object> answer = Answer.of("ok", Headers.empty(), null);
    peer.otherwise =
        attempt -> {
          peer.attempts.clear();
          peer.keys.clear();
          attempt.sent();
          if (number.incrementAndGet() % 1000 == 0) {
            ScriptedCalls.failSent(Kind.TRANSIENT).accept(attempt);
          } else {
            attempt.succeed(answer);
          }
        };
    Parley parley = Parley.builder().provider(peer).time(time).build();
    CallChannel channel = parley.open("scripted://peer", CallChannel.class);
    CompletableFuture<Reply<String>> last = new CompletableFuture<>();
    for (int i = 0; i < 500_000; i++) {
      channel.call(SAFE, "q");
      last = channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();
      if (i % 100 == 0) {
        last.get(10, TimeUnit.SECONDS);
      }
    }
    last.get(10, TimeUnit.SECONDS);

    await().until(() -> time.scheduled() == 0);
    parley.close();
    time.close();
    await()
        .untilAsserted(() ->
            assertThat(threads())
                .filteredOn(thread -> !before.contains(thread))
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("parley-")));
    System.out.println(
        "census: 1,000,000 calls, " + number + " attempts, 0 timers, 0 threads left");
  }

  @Test
  void CLS_2_closingWhileCallsBegin_tenThousandTimes() throws Exception {
    ExecutorService callers = Executors.newSingleThreadExecutor();
    ManualTime time = new ManualTime();
    try {
      for (int i = 0; i < 10_000; i++) {
        ScriptedCalls peer = new ScriptedCalls();
        Parley parley = Parley.builder().provider(peer).time(time).workers(Runnable::run).build();
        CallChannel channel = parley.open("scripted://peer", CallChannel.class);
        Call<String> call = channel.newCall(SAFE, "q", CallOptions.DEFAULT);
        CompletableFuture<CompletableFuture<Reply<String>>> submitted =
            CompletableFuture.supplyAsync(call::submit, callers);
        channel.abort();
        channel.close();

        CompletableFuture<Reply<String>> future = submitted.get(10, TimeUnit.SECONDS);
        assertThat(future).isDone();
        assertThat(peer.closed).isTrue();
        parley.close();
      }
    } finally {
      callers.shutdown();
    }
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void CLS_2_aChannelCanBeClosedFromItsOwnCallback() {
    ScriptedCalls peer = new ScriptedCalls();
    Parley parley = Parley.builder().provider(peer).build();
    CallChannel channel = parley.open("scripted://peer", CallChannel.class);

    CompletableFuture<Void> closed =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit().thenRun(channel::close);

    assertThat(closed).succeedsWithin(java.time.Duration.ofSeconds(30));
    parley.close();
  }

  private static Set<Thread> threads() {
    return List.copyOf(Thread.getAllStackTraces().keySet()).stream().collect(Collectors.toSet());
  }
}
