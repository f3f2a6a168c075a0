package dev.parley.rabbitmq;

import com.rabbitmq.client.Delivery;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.Exchange;

/** One request, until its reply has come back on the channel that it went out on. */
final class CallExchange<R> implements Exchange<Answer<R>> {
  private final RabbitMqDriver driver;
  private final MessageTemplate template;
  private final TypeRef<R> replyType;

  CallExchange(RabbitMqDriver driver, MessageTemplate template, TypeRef<R> replyType) {
    this.driver = driver;
    this.template = template;
    this.replyType = replyType;
  }

  @Override
  public void start(Attempt<Answer<R>> attempt) {
    Waiting waiting = new Waiting(attempt, driver.nextCorrelation());
    Publication request = template.request(attempt, waiting.correlation, waiting);
    attempt.onCancel(() -> waiting.givenUp(request));
    driver.outbound().submit(request);
  }

  @Override
  public boolean renewCredentials(ParleyException refused) {
    return driver.renewsCredentials();
  }

  /** An attempt that waits for its reply. */
  private final class Waiting extends AttemptSender implements Lane.Caller {
    private final Attempt<Answer<R>> attempt;
    private final String correlation;

    Waiting(Attempt<Answer<R>> attempt, String correlation) {
      super(attempt, () -> {}); // that the broker has the request is no answer
      this.attempt = attempt;
      this.correlation = correlation;
    }

    @Override
    public void sent(Lane lane) {
      lane.expect(correlation, this);
      super.sent(lane);
      if (!isWanted()) {
        forget();
      }
    }

    @Override
    public void failed(Throwable cause) {
      forget();
      super.failed(cause);
    }

    @Override
    public void lost(Throwable cause) {
      super.failed(cause);
    }

    void givenUp(Publication request) {
      forget();
      driver.outbound().givenUp(request, lane());
    }

    private void forget() {
      Lane lane = lane();
      if (lane != null) {
        lane.forget(correlation);
      }
    }

    @Override
    public void answered(Delivery reply) {
      driver.context().workers().execute(() -> decode(reply)); // which is the user's code
    }

    private void decode(Delivery reply) {
      R body;
      try {
        Payload payload = Properties.payload(reply);
        body = driver.context().codecs().decode(replyType, payload);
      } catch (RuntimeException e) {
        attempt.fail(e);
        return;
      }
      attempt.succeed(Answer.of(body, Properties.headers(reply.getProperties()), reply));
    }
  }
}
