package dev.parley.testkit;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class MemoryPushStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new MemoryHarness("mem:notes");
  }
}
