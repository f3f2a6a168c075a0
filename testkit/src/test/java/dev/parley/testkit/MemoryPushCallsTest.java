package dev.parley.testkit;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class MemoryPushCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return new MemoryHarness("mem:notes");
  }
}
