package dev.parley.kafka;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;

class KafkaQueueTest extends QueueConformance {
  @Override
  protected QueueHarness newHarness() throws Exception {
    return new KafkaHarness();
  }
}
