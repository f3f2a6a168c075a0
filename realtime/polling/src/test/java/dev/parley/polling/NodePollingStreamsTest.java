package dev.parley.polling;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class NodePollingStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new PollingHarness("polling Node", "poll+http", new NodeFeed(), PollingHarness.CURSOR);
  }
}
