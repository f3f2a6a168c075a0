package dev.parley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.BreakerOpenException;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.OverloadedException;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Reply;
import dev.parley.spi.Admission;
import dev.parley.spi.Breaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** CBK-1: admission lets calls in, the breaker sees attempts. */
class StagesTest {
  private static final Operation<String, String> SAFE =
      Operation.of("orders.get", String.class, String.class).with(Idempotency.SAFE);

  private final ManualTime time = new ManualTime();
  private final ScriptedCalls peer = new ScriptedCalls();
  private final FakeBreaker breaker = new FakeBreaker();
  private final FakeAdmission admission = new FakeAdmission();
  private final Parley parley =
      Parley.builder().provider(peer).time(time).workers(Runnable::run).build();
  private final CallChannel channel =
      parley.at("scripted://peer").breaker(breaker).admission(admission).open(CallChannel.class);

  @AfterEach
  void leavesEveryPermit() {
    parley.close(Duration.ZERO);
    assertThat(admission.inside).hasValue(0);
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void CBK_1_anOpenBreakerEndsTheCall_withNothingSent() {
    breaker.open = true;

    assertThatThrownBy(() -> channel.call(SAFE, "q"))
        .isInstanceOfSatisfying(
            BreakerOpenException.class,
            e -> {
              assertThat(e.notRetriedBecause()).contains(NotRetried.BREAKER_OPEN);
              assertThat(e.effect()).isEqualTo(Effect.NOT_SENT);
              assertThat(e.retryAfter()).contains(Duration.ofSeconds(5));
            });
    assertThat(peer.attempts).isEmpty();
  }

  @Test
  void CBK_1_theBreakerSeesEachAttempt() {
    peer.then(ScriptedCalls.failSent(Kind.TRANSIENT), ScriptedCalls.answer("ok"));

    channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();
    time.advance(Duration.ofSeconds(1));

    assertThat(breaker.recorded).containsExactly("TRANSIENT", "success");
  }

  @Test
  void CBK_3_throttlingAndCancelsSayNothingOfTheTarget() {
    peer.then(ScriptedCalls.failSent(Kind.THROTTLED), ScriptedCalls.never());

    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();
    time.advance(Duration.ofSeconds(2));
    future.cancel(true);

    assertThat(breaker.recorded).containsExactly("ignored", "ignored");
  }

  @Test
  void DLN_4_aCallerWithATinyDeadlineDoesNotOpenTheBreaker() {
    peer.then(ScriptedCalls.never());

    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT.deadline(Duration.ofMillis(10))).submit();
    time.advance(Duration.ofMillis(11));

    assertThat(future).isCompletedExceptionally();
    assertThat(breaker.recorded).containsExactly("ignored");
  }

  @Test
  void waitsAsLongAsAdmissionSays() {
    admission.wait = Duration.ofMillis(300).toNanos();

    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();
    time.advance(Duration.ofMillis(299));
    assertThat(peer.attempts).isEmpty();
    time.advance(Duration.ofMillis(1));

    assertThat(future).isCompleted();
  }

  @Test
  void cancellingWhileItWaitsForAdmission() {
    admission.wait = Duration.ofMillis(300).toNanos();
    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();

    future.cancel(true);
    time.advance(Duration.ofSeconds(1));

    assertThat(peer.attempts).isEmpty();
  }

  @Test
  void refusesWhatAdmissionRefuses() {
    admission.wait = -1;

    assertThatThrownBy(() -> channel.call(SAFE, "q"))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("refused by the limit of this program (a fake)")
        .matches(e -> ((ParleyException) e).effect() == Effect.NOT_SENT);
  }

  @Test
  void aDeadlineThatHasPassedSendsNothing() {
    assertThatThrownBy(
            () -> channel.call(SAFE, "q", CallOptions.DEFAULT.deadline(Duration.ofMillis(1))))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(peer.attempts).isEmpty();
  }

  @Test
  void aStageThatThrowsEndsTheCall_insteadOfHangingIt() {
    breaker.broken = true;

    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();

    assertThat(future).isCompletedExceptionally().withFailMessage("it must not hang").isDone();
  }

  private static final class FakeBreaker implements Breaker {
    final List<String> recorded = new ArrayList<>();
    boolean open;
    boolean broken;

    @Override
    public boolean tryAcquire() {
      return !open;
    }

    @Override
    public void record(long elapsedNanos, @Nullable ParleyException failure) {
      if (broken) {
        throw new IllegalStateException("broken on purpose");
      }
      recorded.add(failure == null ? "success" : failure.kind().name());
    }

    @Override
    public void ignore() {
      recorded.add("ignored");
    }

    @Override
    public Duration openFor() {
      return Duration.ofSeconds(5);
    }

    @Override
    public String describe() {
      return "a fake";
    }
  }

  private static final class FakeAdmission implements Admission {
    final AtomicInteger inside = new AtomicInteger();
    long wait;

    @Override
    public long tryEnter(long patienceNanos) {
      if (wait >= 0) {
        inside.incrementAndGet();
      }
      return wait;
    }

    @Override
    public void leave() {
      inside.decrementAndGet();
    }

    @Override
    public String describe() {
      return "a fake";
    }
  }
}
