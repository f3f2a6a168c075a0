package dev.parley.sse;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class NodeStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new SseHarness("Node", new NodeServer(true, SseHarness.HEARTBEAT, 1), true, false);
  }
}
