package dev.parley.testkit;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class MemoryPollCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return new MemoryHarness("mem+poll:notes");
  }
}
