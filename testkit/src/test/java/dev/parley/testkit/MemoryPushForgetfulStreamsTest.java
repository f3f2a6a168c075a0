package dev.parley.testkit;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class MemoryPushForgetfulStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new MemoryHarness("mem:notes?without=resume,replay");
  }
}
