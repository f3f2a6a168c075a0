package dev.parley.mqtt;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;

class MqttQueueTest extends QueueConformance {
  @Override
  protected QueueHarness newHarness() {
    return MqttHarness.ofQueues();
  }
}
