package dev.parley.rabbitmq;

import dev.parley.ParleyException;
import dev.parley.Receipt;
import dev.parley.spi.Attempt;
import dev.parley.spi.Exchange;

/** One message, until the broker has confirmed it. */
final class SendExchange implements Exchange<Receipt> {
  private final RabbitMqDriver driver;
  private final MessageTemplate template;

  SendExchange(RabbitMqDriver driver, MessageTemplate template) {
    this.driver = driver;
    this.template = template;
  }

  @Override
  public void start(Attempt<Receipt> attempt) {
    AttemptSender sender =
        new AttemptSender(
            attempt, () -> attempt.succeed(Receipt.of(Receipt.Level.ACCEPTED_BY_PEER, null, null)));
    Publication publication = template.message(attempt, sender);
    attempt.onCancel(() -> driver.outbound().givenUp(publication, sender.lane()));
    driver.outbound().submit(publication);
  }

  @Override
  public boolean renewCredentials(ParleyException refused) {
    return driver.renewsCredentials();
  }
}
