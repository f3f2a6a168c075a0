package dev.parley.sse;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class NodeForgetfulStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new SseHarness(
        "Node, which forgets", new NodeServer(false, SseHarness.HEARTBEAT, 1), false, false);
  }
}
