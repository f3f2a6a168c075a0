package dev.parley.rabbitmq;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class RabbitMqCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() throws Exception {
    return RabbitMqHarness.ofCalls();
  }
}
