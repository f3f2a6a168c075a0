package dev.parley.rabbitmq;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class RabbitMqCallsTest extends CallConformance {
  // Made before the test's time begins to count: the first start may install it.
  private final Broker broker = Broker.shared();

  @Override
  protected CallHarness newHarness() throws Exception {
    return RabbitMqHarness.ofCalls(broker);
  }
}
