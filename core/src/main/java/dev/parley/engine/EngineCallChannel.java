package dev.parley.engine;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Reply;
import dev.parley.Shape;
import dev.parley.spi.Answer;
import dev.parley.spi.CallDriver;
import dev.parley.spi.Exchange;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

final class EngineCallChannel extends AbstractChannel implements CallChannel {
  private final CallDriver calls;

  EngineCallChannel(Parts parts, CallDriver calls) {
    super(parts, Shape.CALL);
    this.calls = calls;
  }

  @Override
  public <Q, R> Call<R> newCall(Operation<Q, R> operation, Q request, CallOptions options) {
    return prepare(operation, request, Objects.requireNonNull(options, "options"));
  }

  @Override
  public <Q, R> R call(Operation<Q, R> operation, Q request) {
    return prepare(operation, request, defaultOptions).executeBody();
  }

  @Override
  public <Q, R> R call(Operation<Q, R> operation, Q request, CallOptions options) {
    return prepare(operation, request, Objects.requireNonNull(options, "options")).executeBody();
  }

  private <Q, R> Called<R> prepare(Operation<Q, R> operation, Q request, CallOptions options) {
    Objects.requireNonNull(operation, "operation");
    return new Called<>(
        this,
        operation,
        calls.prepare(operation, request, options),
        options,
        Invocation.keyFor(options, calls.idempotency(operation)));
  }

  private static final class Called<R> extends Invocation<Answer<R>, R> {
    private final Operation<?, R> operation;

    Called(
        EngineCallChannel channel,
        Operation<?, R> operation,
        Exchange<Answer<R>> exchange,
        CallOptions options,
        @Nullable String key) {
      super(channel, options, exchange, key);
      this.operation = operation;
    }

    @Override
    Shape shape() {
      return Shape.CALL;
    }

    @Override
    String name() {
      return operation.name();
    }

    @Override
    Idempotency idempotency() {
      return calls().idempotency(operation);
    }

    @Override
    boolean completesOnIoThread() {
      return calls().completesOnIoThread();
    }

    private CallDriver calls() {
      return ((EngineCallChannel) channel).calls;
    }

    @Override
    R body(Answer<R> answer) {
      return answer.body();
    }

    @Override
    Reply<R> reply(Answer<R> answer) {
      return new CallReply<>(answer, attempts(), elapsedNanos(), key());
    }
  }
}
