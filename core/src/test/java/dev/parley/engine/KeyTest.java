package dev.parley.engine;

import static dev.parley.engine.ScriptedCalls.answer;
import static dev.parley.engine.ScriptedCalls.failSent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.TransportException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Idempotency keys that the caller gives, in virtual time. */
class KeyTest {
  private static final Operation<String, String> PLACE =
      Operation.of("orders.place", String.class, String.class).with(Idempotency.KEYED);
  private static final Operation<String, String> CANCEL =
      Operation.of("orders.cancel", String.class, String.class).with(Idempotency.KEYED);
  private static final CallOptions OWN_KEY = CallOptions.DEFAULT.idempotencyKey("k-1");

  private final ManualTime time = new ManualTime();
  private final ScriptedCalls peer = new ScriptedCalls();
  private final Parley parley =
      Parley.builder().provider(peer).time(time).workers(Runnable::run).seed(1).build();
  private final CallChannel channel = parley.open("scripted://peer", CallChannel.class);

  @AfterEach
  void close() {
    parley.close(Duration.ZERO);
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void KEY_4_refusesOneKeyForTwoRequests_beforeAnythingIsSent() {
    channel.call(PLACE, "tea", OWN_KEY);
    time.advance(Duration.ofSeconds(90));

    assertThatThrownBy(() -> channel.call(PLACE, "coffee", OWN_KEY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the idempotency key of this call of orders.place was used 90 s ago for another"
                + " request: use a new key for each request, and the same one only to repeat it");
    assertThatThrownBy(() -> channel.newCall(PLACE, "coffee", OWN_KEY).submit())
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(peer.attempts).hasSize(1);
  }

  @Test
  void KEY_4_letsTheSameRequestGoOutAgain() {
    channel.call(PLACE, "tea", OWN_KEY);
    channel.call(PLACE, "tea", OWN_KEY);

    assertThat(peer.keys).containsExactly("k-1", "k-1");
  }

  @Test
  void KEY_4_holdsForOneOperationAndOneCredential() {
    channel.call(PLACE, "tea", OWN_KEY);
    channel.call(CANCEL, "coffee", OWN_KEY);
    parley
        .at("scripted://peer")
        .credential("billing")
        .open(CallChannel.class)
        .call(PLACE, "coffee", OWN_KEY);
    assertThat(peer.attempts).hasSize(3);

    CallChannel same = parley.open("scripted://peer", CallChannel.class);
    assertThatThrownBy(() -> same.call(PLACE, "coffee", OWN_KEY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void KEY_4_forgetsAKeyWithThePeer() {
    channel.call(PLACE, "tea", OWN_KEY);
    time.advance(Duration.ofHours(24));

    assertThat(channel.call(PLACE, "coffee", OWN_KEY)).isEqualTo("ok");
  }

  @Test
  void KEY_5_doesNotRepeatACallWhoseKeyThePeerHasForgotten() {
    channel.call(PLACE, "tea", OWN_KEY);
    time.advance(Duration.ofHours(25));

    assertThatThrownBy(() -> channel.call(PLACE, "tea", OWN_KEY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the idempotency key of this call of orders.place was first used 90000 s ago, and the"
                + " peer remembers one for 86400 s, so that it would act again: see what became of"
                + " the first call, then use a new key");
    assertThat(peer.attempts).hasSize(1);
  }

  @Test
  void KEY_5_doesNotRetryOnceThePeerHasForgottenTheKey() {
    peer.then(
        attempt -> {
          attempt.sent();
          time.advance(Duration.ofHours(24));
          failSent(Kind.TRANSIENT).accept(attempt);
        },
        answer("placed"));
    CallOptions patient =
        CallOptions.DEFAULT.deadline(Duration.ofDays(3)).attemptTimeout(Duration.ofDays(2));

    CompletableFuture<?> call = channel.newCall(PLACE, "tea", patient).submit();

    assertThat(call).isDone();
    CompletionException failed = catchThrowableOfType(CompletionException.class, call::join);
    assertThat(failed.getCause()).isInstanceOf(TransportException.class);
    assertThat(((TransportException) failed.getCause()).notRetriedBecause())
        .contains(NotRetried.KEY_EXPIRED);
    assertThat(peer.attempts).hasSize(1);
  }

  @Test
  void remembersTheLast10000Keys() {
    KeyGuard guard = new KeyGuard();
    Duration day = Duration.ofDays(1);
    for (int i = 0; i <= 10_000; i++) {
      guard.use("place", "k-" + i, new byte[] {1}, day, 0);
    }
    guard.use("place", "k-0", new byte[] {2}, day, 1); // long forgotten

    assertThatThrownBy(() -> guard.use("place", "k-10000", new byte[] {2}, day, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
