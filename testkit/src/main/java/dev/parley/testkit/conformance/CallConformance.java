package dev.parley.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.CodecException;
import dev.parley.ConfigurationException;
import dev.parley.Idempotency;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.Reply;
import dev.parley.TypeRef;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every {@link CallChannel} must do. Extend it in the adapter's tests:
 *
 * <pre>{@code
 * class RestCallsTest extends CallConformance {
 *   protected CallHarness newHarness() {
 *     return new RestHarness();
 *   }
 * }
 * }</pre>
 */
public abstract class CallConformance extends ExchangeConformance<CallHarness, CallChannel, Note> {
  /** For subclasses. */
  protected CallConformance() {}

  @Override
  final Class<CallChannel> capability() {
    return CallChannel.class;
  }

  @Override
  final Call<Note> exchange(
      CallChannel channel, Idempotency idempotency, Note note, CallOptions options) {
    return channel.newCall(harness().operation(idempotency), note, options);
  }

  @Override
  final void assertAnswers(Note note, Reply<Note> reply) {
    assertThat(reply.body()).isEqualTo(note);
  }

  @Override
  final Optional<Runnable> unbound(CallChannel channel) {
    return harness()
        .unboundOperation()
        .map(operation -> () -> channel.newCall(operation, NOTE, options()));
  }

  @Override
  final Optional<Class<?>> nativeResult() {
    return harness().nativeReply();
  }

  @Test
  final void API_returnsTheBodyAlone() {
    assertThat(open().call(harness().operation(Idempotency.SAFE), NOTE)).isEqualTo(NOTE);
    assertThat(open().call(harness().operation(Idempotency.SAFE), NOTE, options())).isEqualTo(NOTE);
    assertThat(script().arrivals()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void DEC_doesNotRepeatWhatAnswersInGarbage(Way way) {
    assumeActs(Act.Kind.GARBAGE);
    script().otherwise(Act.GARBAGE);

    ParleyException failure =
        fail(way, open().newCall(harness().operation(Idempotency.SAFE), NOTE, options()));

    assertThat(failure).isInstanceOf(CodecException.class);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
    assertThat(script().arrivals()).isEqualTo(1);
  }

  @Test
  final void API_refusesATypeWithoutACodec() {
    assume(!harness().acceptsAnyType(), "there is a codec for everything");
    CallChannel channel = open();
    Operation<Note, Note> known = harness().operation(Idempotency.SAFE);
    Operation<Uncodable, Note> unknown =
        Operation.of(known.name(), TypeRef.of(Uncodable.class), known.replyType());
    for (dev.parley.Binding binding : known.bindings()) {
      unknown = unknown.bind(binding);
    }
    Operation<Uncodable, Note> bound = unknown;

    assertThat(catchThrowable(() -> channel.call(bound, new Uncodable("x"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("there is no codec for " + Uncodable.class.getName());
    assertThat(script().arrivals()).isZero();
  }

  @Test
  final void ESC_3_takesANativeBinding() {
    AtomicInteger used = new AtomicInteger();
    Optional<Operation<Note, Note>> operation = harness().nativelyBound(used::incrementAndGet);
    assume(operation.isPresent(), "the adapter has no native binding");

    assertThat(open().call(operation.get(), NOTE)).isEqualTo(NOTE);
    assertThat(used).hasPositiveValue();
  }

  private record Uncodable(String text) {}
}
