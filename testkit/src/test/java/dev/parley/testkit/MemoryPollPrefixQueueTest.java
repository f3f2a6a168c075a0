package dev.parley.testkit;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;

class MemoryPollPrefixQueueTest extends QueueConformance {
  @Override
  protected QueueHarness newHarness() {
    return new MemoryHarness("mem+poll:notes?ack=prefix&lanes=3");
  }
}
