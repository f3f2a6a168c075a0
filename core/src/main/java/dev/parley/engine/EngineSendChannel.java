package dev.parley.engine;

import dev.parley.Call;
import dev.parley.CallOptions;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Receipt;
import dev.parley.Reply;
import dev.parley.SendChannel;
import dev.parley.Shape;
import dev.parley.Topic;
import dev.parley.spi.Answer;
import dev.parley.spi.Exchange;
import dev.parley.spi.SendDriver;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

final class EngineSendChannel extends AbstractChannel implements SendChannel {
  private final SendDriver sends;

  EngineSendChannel(Parts parts, SendDriver sends) {
    super(parts, Shape.SEND);
    this.sends = sends;
  }

  @Override
  public CallOptions defaultOptions() {
    return defaultOptions;
  }

  @Override
  public <T> Receipt send(Topic<T> topic, Message<T> message) {
    return prepare(topic, message, defaultOptions).executeBody();
  }

  @Override
  public <T> CompletableFuture<Receipt> submit(
      Topic<T> topic, Message<T> message, CallOptions options) {
    return prepare(topic, message, options).submitBody();
  }

  @Override
  public <T> Call<Receipt> newSend(Topic<T> topic, Message<T> message, CallOptions options) {
    return prepare(topic, message, options);
  }

  private <T> Sent prepare(Topic<T> topic, Message<T> message, CallOptions options) {
    Objects.requireNonNull(message, "message");
    return new Sent(
        this,
        topic,
        sends.prepare(topic, message, Objects.requireNonNull(options, "options")),
        options,
        Invocation.keyFor(options, sends.idempotency(topic)));
  }

  private static final class Sent extends Invocation<Receipt, Receipt> {
    private final Topic<?> topic;

    Sent(
        EngineSendChannel channel,
        Topic<?> topic,
        Exchange<Receipt> exchange,
        CallOptions options,
        @Nullable String key) {
      super(channel, options, exchange, key);
      this.topic = topic;
    }

    @Override
    Shape shape() {
      return Shape.SEND;
    }

    @Override
    String name() {
      return topic.name();
    }

    @Override
    Idempotency idempotency() {
      return sends().idempotency(topic);
    }

    @Override
    boolean completesOnIoThread() {
      return sends().completesOnIoThread();
    }

    private SendDriver sends() {
      return ((EngineSendChannel) channel).sends;
    }

    @Override
    Receipt body(Receipt receipt) {
      return receipt;
    }

    @Override
    Reply<Receipt> reply(Receipt receipt) {
      Object nativeReceipt = receipt.unwrap(Object.class).orElse(null);
      Answer<Receipt> answer = Answer.of(receipt, Headers.empty(), nativeReceipt);
      return new CallReply<>(answer, attempts(), elapsedNanos(), key());
    }
  }
}
