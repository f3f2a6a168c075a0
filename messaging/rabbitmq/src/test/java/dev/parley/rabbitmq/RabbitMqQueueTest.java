package dev.parley.rabbitmq;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;

class RabbitMqQueueTest extends QueueConformance {
  @Override
  protected QueueHarness newHarness() throws Exception {
    return RabbitMqHarness.ofQueues();
  }
}
