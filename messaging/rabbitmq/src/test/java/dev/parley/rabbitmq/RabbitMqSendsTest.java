package dev.parley.rabbitmq;

import dev.parley.testkit.conformance.SendConformance;
import dev.parley.testkit.conformance.SendHarness;

class RabbitMqSendsTest extends SendConformance {
  @Override
  protected SendHarness newHarness() throws Exception {
    return RabbitMqHarness.ofMessages();
  }
}
