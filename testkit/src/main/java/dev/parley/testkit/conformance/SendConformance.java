package dev.parley.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Call;
import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Receipt;
import dev.parley.Reply;
import dev.parley.SendChannel;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SendChannel} must do. Extend it in the adapter's tests, as {@link
 * CallConformance} shows.
 */
public abstract class SendConformance
    extends ExchangeConformance<SendHarness, SendChannel, Receipt> {
  /** For subclasses. */
  protected SendConformance() {}

  @Override
  final Class<SendChannel> capability() {
    return SendChannel.class;
  }

  @Override
  final Call<Receipt> exchange(
      SendChannel channel, Idempotency idempotency, Note note, CallOptions options) {
    return channel.newSend(harness().topic(idempotency), Message.of(note), options);
  }

  @Override
  final void assertAnswers(Note note, Reply<Receipt> reply) {
    assertThat(reply.body().level()).isEqualTo(harness().level());
  }

  @Override
  final Optional<Runnable> unbound(SendChannel channel) {
    return harness()
        .unboundTopic()
        .map(topic -> () -> channel.newSend(topic, Message.of(NOTE), options()));
  }

  @Override
  final Optional<Class<?>> nativeResult() {
    return harness().nativeReceipt();
  }

  @Test
  final void API_sendsInAllForms() {
    SendChannel channel = open();
    var topic = harness().topic(Idempotency.NONE);

    Receipt first = channel.send(topic, NOTE);
    Receipt second = channel.send(topic, Message.of(NOTE));
    Receipt third = Way.await(channel.submit(topic, Message.of(NOTE)));

    assertThat(first.level()).isEqualTo(harness().level());
    assertThat(second.level()).isEqualTo(harness().level());
    assertThat(third.level()).isEqualTo(harness().level());
    assertThat(script().notes()).containsExactly(NOTE, NOTE, NOTE);
  }

  @Test
  final void API_keepsTheOrderOfOneSender() {
    SendChannel channel = open();
    for (int i = 0; i < 100; i++) {
      channel.send(harness().topic(Idempotency.NONE), new Note("n" + i, ""));
    }

    assertThat(script().notes().stream().map(Note::id).toList())
        .containsExactlyElementsOf(
            java.util.stream.IntStream.range(0, 100).mapToObj(i -> "n" + i).toList());
  }

  @Test
  final void API_relaysAMessageWithItsHeaders() {
    assume(harness().carriesHeaders(), "headers do not travel");

    open()
        .send(
            harness().topic(Idempotency.NONE),
            Message.builder(NOTE).header("x-note", "from afar").build());

    assertThat(harness().lastHeader("x-note")).contains("from afar");
  }
}
