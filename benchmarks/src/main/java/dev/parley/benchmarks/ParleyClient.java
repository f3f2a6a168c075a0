package dev.parley.benchmarks;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/** A handler on Parley's workers; its return acknowledges. */
final class ParleyClient extends MessageClient {
  private final Parley parley = Parley.create();
  private final String uri;
  private final Topic<Payload> orders;
  private final SendChannel sends;
  private final Message<Payload> message;

  ParleyClient(String uri, String topic, byte[] payload) {
    this.uri = uri;
    orders = Topic.of(topic, Payload.class);
    sends = parley.open(uri, SendChannel.class);
    message = Message.of(Payload.of(payload, "application/octet-stream"));
  }

  @Override
  void consume() throws InterruptedException {
    Semaphore stands = new Semaphore(0);
    Subscription<Delivery<Payload>> received =
        parley
            .open(uri, QueueChannel.class)
            .consume(
                orders,
                ConsumeOptions.DEFAULT
                    .maxUnsettled(Messages.BLOCK)
                    .deadLetter(DeadLetter.LOG_AND_DROP)
                    .listener(change -> {
                      if (change.to() == State.OPEN) {
                        stands.release();
                      }
                    }));
    var unused = received.start(delivery -> consumed());
    await(stands, 1);
  }

  @Override
  void publish() {
    var unused = sends.submit(orders, message).whenComplete((done, failure) -> published(failure));
  }

  @Override
  public void close() {
    parley.close(Duration.ofSeconds(2));
  }
}
