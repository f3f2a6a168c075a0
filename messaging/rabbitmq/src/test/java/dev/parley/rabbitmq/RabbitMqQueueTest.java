package dev.parley.rabbitmq;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;

class RabbitMqQueueTest extends QueueConformance {
  // Made before the test's time begins to count: the first start may install it.
  private final Broker broker = Broker.shared();

  @Override
  protected QueueHarness newHarness() throws Exception {
    return RabbitMqHarness.ofQueues(broker);
  }
}
