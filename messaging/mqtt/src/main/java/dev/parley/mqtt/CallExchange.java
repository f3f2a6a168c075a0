package dev.parley.mqtt;

import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.Exchange;
import java.util.Objects;

/** One request, until its reply has come to the response topic. */
final class CallExchange<R> implements Exchange<Answer<R>> {
  private final MqttDriver driver;
  private final PacketTemplate template;
  private final TypeRef<R> replyType;
  private final long order;

  CallExchange(MqttDriver driver, PacketTemplate template, TypeRef<R> replyType) {
    this.driver = driver;
    this.template = template;
    this.replyType = replyType;
    this.order = driver.nextOrder();
  }

  @Override
  public void start(Attempt<Answer<R>> attempt) {
    Replies replies = Objects.requireNonNull(driver.replies(), "replies");
    Waiting waiting = new Waiting(attempt);
    byte[] correlation = replies.expect(waiting);
    Publication request =
        new Publication(
            order,
            template.request(attempt, replies.topic(), correlation),
            attempt,
            () -> waiting.accepted = true,
            taken -> {},
            () -> replies.forget(correlation));
    driver.outbound().submit(request);
  }

  @Override
  public boolean renewCredentials(ParleyException refused) {
    return driver.renewsCredentials();
  }

  /** An attempt that waits for its reply. */
  private final class Waiting implements Replies.Caller {
    private final Attempt<Answer<R>> attempt;
    private volatile boolean accepted;

    Waiting(Attempt<Answer<R>> attempt) {
      this.attempt = attempt;
    }

    @Override
    public boolean isAccepted() {
      return accepted;
    }

    @Override
    public void answered(Incoming reply) {
      R body;
      try {
        String type = reply.contentType();
        Payload payload = Payload.of(reply.payload(), type == null ? "" : type);
        body = driver.context().codecs().decode(replyType, payload);
      } catch (RuntimeException e) {
        attempt.fail(e);
        return;
      }
      attempt.succeed(Answer.of(body, reply.headers(), reply.nativeMessage()));
    }

    @Override
    public void failed(Throwable cause) {
      attempt.fail(cause);
    }
  }
}
