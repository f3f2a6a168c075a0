package dev.parley.websocket;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class WebSocketFeedsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new WebSocketHarness(false);
  }
}
