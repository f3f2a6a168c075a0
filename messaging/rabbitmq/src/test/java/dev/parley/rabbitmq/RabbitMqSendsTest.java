package dev.parley.rabbitmq;

import dev.parley.testkit.conformance.SendConformance;
import dev.parley.testkit.conformance.SendHarness;

class RabbitMqSendsTest extends SendConformance {
  // Made before the test's time begins to count: the first start may install it.
  private final Broker broker = Broker.shared();

  @Override
  protected SendHarness newHarness() throws Exception {
    return RabbitMqHarness.ofMessages(broker);
  }
}
