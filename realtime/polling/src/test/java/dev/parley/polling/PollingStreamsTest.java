package dev.parley.polling;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class PollingStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new PollingHarness("polling", "poll+http", new JvmFeed(), PollingHarness.CURSOR);
  }
}
