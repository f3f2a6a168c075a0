package dev.parley.mqtt;

import dev.parley.ParleyException;
import dev.parley.Receipt;
import dev.parley.spi.Attempt;
import dev.parley.spi.Exchange;

/** One message, until the broker has taken it. */
final class SendExchange implements Exchange<Receipt> {
  private final MqttDriver driver;
  private final PacketTemplate template;
  private final long order;

  SendExchange(MqttDriver driver, PacketTemplate template) {
    this.driver = driver;
    this.template = template;
    this.order = driver.nextOrder();
  }

  @Override
  public void start(Attempt<Receipt> attempt) {
    Receipt.Level level =
        template.qos() == 0 ? Receipt.Level.WRITTEN_TO_TRANSPORT : Receipt.Level.ACCEPTED_BY_PEER;
    driver
        .outbound()
        .submit(
            new Publication(
                order,
                template.message(attempt),
                attempt,
                () -> {},
                answer -> attempt.succeed(Receipt.of(level, null, answer)),
                () -> {}));
  }

  @Override
  public boolean renewCredentials(ParleyException refused) {
    return driver.renewsCredentials();
  }
}
