package dev.parley.testkit;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;

class MemoryPollPlainQueueTest extends QueueConformance {
  @Override
  protected QueueHarness newHarness() {
    return new MemoryHarness("mem+poll:notes?without=dead_letter,delayed_retry");
  }
}
