package dev.parley.websocket;

import dev.parley.Headers;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.Exchange;

/** One call, encoded; each attempt has an id of its own. */
final class CallExchange<R> implements Exchange<Answer<R>> {
  private final Calls calls;
  private final WebSocketDriver driver;
  private final WebSocket binding;
  private final Correlation correlation;
  private final Payload request;
  private final TypeRef<R> replyType;

  CallExchange(
      Calls calls,
      WebSocketDriver driver,
      WebSocket binding,
      Correlation correlation,
      Payload request,
      TypeRef<R> replyType) {
    this.calls = calls;
    this.driver = driver;
    this.binding = binding;
    this.correlation = correlation;
    this.request = request;
    this.replyType = replyType;
  }

  @Override
  public void start(Attempt<Answer<R>> attempt) {
    CallSocket socket = calls.socket(binding);
    String id = socket.newId();
    Payload stamped = correlation.request(request, id, attempt.idempotencyKey());
    Message message = Message.of(stamped, binding.frames(), driver.settings().maxMessageBytes());
    socket.send(id, message, new Waiting(attempt));
  }

  /** An attempt that waits for its reply. */
  private final class Waiting implements CallSocket.Waiting {
    private final Attempt<Answer<R>> attempt;

    Waiting(Attempt<Answer<R>> attempt) {
      this.attempt = attempt;
    }

    @Override
    public void onCancel(Runnable stop) {
      attempt.onCancel(stop);
    }

    @Override
    public void sent() {
      attempt.sent();
    }

    @Override
    public void failed(Throwable cause) {
      attempt.fail(cause);
    }

    @Override
    public void answered(Correlation.Answered answered) {
      if (answered.refusal() != null) {
        attempt.fail(answered.refusal());
        return;
      }
      R body;
      try {
        body = driver.codecs().decode(replyType, answered.body());
      } catch (RuntimeException e) {
        attempt.fail(e);
        return;
      }
      attempt.succeed(Answer.of(body, Headers.empty(), answered.body()));
    }
  }
}
