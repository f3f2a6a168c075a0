package dev.parley.ladder;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class LadderStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new LadderHarness("");
  }
}
