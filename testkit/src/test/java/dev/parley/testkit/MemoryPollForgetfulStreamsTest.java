package dev.parley.testkit;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class MemoryPollForgetfulStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new MemoryHarness("mem+poll:notes?without=resume,replay");
  }
}
