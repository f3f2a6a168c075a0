package dev.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Receipt;
import dev.parley.RemoteException;
import dev.parley.Reply;
import dev.parley.SendChannel;
import dev.parley.Topic;
import dev.parley.UnreachableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryTransportTest {
  private static final Operation<String, String> GREET =
      Operation.of("greet", String.class, String.class);
  private static final Topic<String> ORDERS = Topic.of("orders", String.class);

  private final VirtualTime time = VirtualTime.create();
  private final MemoryTransport memory = MemoryTransport.on(time);

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void answersACall() {
    // @start region="call"
    try (MemoryTransport memory = MemoryTransport.create()) {
      memory.answer(GREET, name -> "Hello " + name);
      CallChannel greeter = memory.parley().open("mem:greeter", CallChannel.class);

      assertThat(greeter.call(GREET, "Ada")).isEqualTo("Hello Ada");
      assertThat(memory.arrivals(GREET)).isEqualTo(1);
    }
    // @end
  }

  @Test
  void failsOnCommand() {
    memory.answer(GREET, name -> "Hello " + name);
    CallChannel greeter = memory.parley().open("mem:greeter", CallChannel.class);
    // @start region="faults"
    memory.faults().loseReplies(1); // the peer acts, and its reply never comes back

    assertThatThrownBy(() -> greeter.call(GREET, "Ada"))
        .isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(memory.arrivals(GREET)).isEqualTo(1);
    // @end
  }

  @Test
  void isFoundOnTheClassPath() {
    try (Parley parley = Parley.create()) {
      CallChannel greeter = parley.open("mem:greeter", CallChannel.class);
      MemoryTransport found = greeter.unwrap(MemoryTransport.class).orElseThrow();
      found.answer(GREET, name -> "Hello " + name);

      assertThat(greeter.call(GREET, "Ada")).isEqualTo("Hello Ada");
    }
  }

  @Test
  void tellsWhatNothingAnswers() {
    CallChannel greeter = memory.parley().open("mem:greeter", CallChannel.class);

    RemoteException failure =
        catchThrowableOfType(RemoteException.class, () -> greeter.call(GREET, "Ada"));

    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(failure)
        .hasMessage(
            "greet at mem:greeter failed after 1 attempt in 0.000 s: nothing answers greet in"
                + " memory: call answer(operation, request -> reply) (effect NOT_PROCESSED; not"
                + " retried, PERMANENT: the same request would fail again)");
  }

  @Test
  void refusesWhatItDoesNotRead() {
    assertThatThrownBy(() -> memory.parley().open("mem:greeter?slow=true", CallChannel.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("nothing reads: slow");
  }

  @Test
  void failsWithTheKindEffectAndHintOfTheScript() {
    memory.answer(
        GREET,
        name -> {
          throw MemoryException.of(Kind.THROTTLED, Effect.NOT_PROCESSED, "too many greetings")
              .retryAfter(Duration.ofMinutes(5));
        });
    CallChannel greeter = memory.parley().open("mem:greeter", CallChannel.class);

    ParleyException failure =
        catchThrowableOfType(ParleyException.class, () -> greeter.call(GREET, "Ada"));

    assertThat(failure.kind()).isEqualTo(Kind.THROTTLED);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(failure.retryAfter()).contains(Duration.ofMinutes(5));
    assertThat(failure.unwrap(MemoryException.class)).isPresent();
  }

  @Test
  void countsThePeersOwnExceptionAsPossibleEffect() {
    memory.answer(
        GREET,
        name -> {
          throw new IllegalStateException("out of paper");
        });
    CallChannel greeter = memory.parley().open("mem:greeter", CallChannel.class);

    ParleyException failure =
        catchThrowableOfType(ParleyException.class, () -> greeter.call(GREET, "Ada"));

    assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(failure.unwrap(IllegalStateException.class)).isPresent();
  }

  @Test
  void KEY_1_actsOnceForEachKeyOfAKeyedOperation() {
    Operation<String, String> keyed = GREET.with(Idempotency.KEYED);
    AtomicInteger acted = new AtomicInteger();
    memory.answer(keyed, name -> name + " " + acted.incrementAndGet());
    CallChannel greeter = memory.parley().open("mem:greeter", CallChannel.class);
    memory.faults().loseReplies(2);

    CompletableFuture<Reply<String>> reply =
        greeter.newCall(keyed, "Ada", CallOptions.DEFAULT).submit();
    assertThat(time.advanceUntil(reply::isDone, Duration.ofMinutes(1))).isTrue();

    assertThat(reply.join().body()).isEqualTo("Ada 1");
    assertThat(reply.join().attempts()).isEqualTo(3);
    assertThat(acted).hasValue(1);
    assertThat(memory.requests(keyed)).hasSize(3);
    assertThat(memory.requests(keyed).stream().map(MemoryRequest::key).distinct()).hasSize(1);
  }

  @Test
  void livesInVirtualTime() {
    memory.answer(GREET, name -> "Hello " + name);
    memory.faults().delayReplies(1, Duration.ofHours(1));
    CallChannel greeter = memory.parley().open("mem:greeter", CallChannel.class);
    CallOptions patient = CallOptions.DEFAULT.noDeadline().attemptTimeout(Duration.ofHours(2));

    CompletableFuture<Reply<String>> reply = greeter.newCall(GREET, "Ada", patient).submit();
    assertThat(time.advanceUntil(reply::isDone, Duration.ofHours(3))).isTrue();

    assertThat(reply.join().elapsed()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void refusesTheNextOnes() {
    memory.answer(GREET, name -> "Hello " + name);
    CallChannel greeter = memory.parley().open("mem:greeter", CallChannel.class);
    memory.faults().refuse(3);

    CompletableFuture<Reply<String>> reply =
        greeter.newCall(GREET, "Ada", CallOptions.DEFAULT).submit();
    time.advanceUntil(reply::isDone, Duration.ofMinutes(1));

    assertThat(reply).isCompletedExceptionally();
    assertThat(reply.handle((ok, failure) -> failure).join())
        .isInstanceOf(UnreachableException.class);
    assertThat(memory.arrivals(GREET)).isZero();
    assertThat(greeter.call(GREET, "Ada")).isEqualTo("Hello Ada");
  }

  @Test
  void keepsWhatIsSentToATopic() {
    SendChannel orders = memory.parley().open("mem:shop", SendChannel.class);

    Receipt first = orders.send(ORDERS, "tea");
    Receipt second =
        orders.send(
            ORDERS, Message.builder("milk").id("m1").key("ada").header("x-urgent", "yes").build());

    assertThat(first.level()).isEqualTo(Receipt.Level.ACCEPTED_BY_PEER);
    assertThat(first.remoteId()).contains("0");
    assertThat(second.remoteId()).contains("1");
    assertThat(memory.messages(ORDERS)).extracting(Message::body).containsExactly("tea", "milk");
    Message<String> milk = memory.messages(ORDERS).get(1);
    assertThat(milk.id()).contains("m1");
    assertThat(milk.key()).contains("ada");
    assertThat(milk.headers().first("X-Urgent")).contains("yes");
    assertThat(memory.arrivals(ORDERS)).isEqualTo(2);
  }

  @Test
  void doesNotLetAnAnswerClaimThatItHeardNothing() {
    assertThatThrownBy(() -> MemoryException.of(Kind.TRANSIENT, Effect.NOT_SENT, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a peer that answers has heard the question");
  }
}
