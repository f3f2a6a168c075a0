package dev.parley.testkit;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;

class MemoryPushLeaseQueueTest extends QueueConformance {
  @Override
  protected QueueHarness newHarness() {
    return new MemoryHarness("mem:notes?lease=60s");
  }
}
