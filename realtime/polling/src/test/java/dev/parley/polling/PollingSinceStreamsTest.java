package dev.parley.polling;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class PollingSinceStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new PollingHarness(
        "polling since a value", "poll+http", new JvmFeed(), PollingHarness.SINCE);
  }
}
