package dev.parley.testkit;

import dev.parley.testkit.conformance.DuplexConformance;
import dev.parley.testkit.conformance.DuplexHarness;

class MemoryPushSessionsTest extends DuplexConformance {
  @Override
  protected DuplexHarness newHarness() {
    return new MemoryHarness("mem:notes");
  }
}
