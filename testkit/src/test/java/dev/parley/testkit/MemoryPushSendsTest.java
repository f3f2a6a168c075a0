package dev.parley.testkit;

import dev.parley.testkit.conformance.SendConformance;
import dev.parley.testkit.conformance.SendHarness;

class MemoryPushSendsTest extends SendConformance {
  @Override
  protected SendHarness newHarness() {
    return new MemoryHarness("mem:notes");
  }
}
