package dev.parley.polling;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class NodeLongPollingStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new PollingHarness(
        "long polling Node", "longpoll+http", new NodeFeed(), PollingHarness.SINCE);
  }
}
