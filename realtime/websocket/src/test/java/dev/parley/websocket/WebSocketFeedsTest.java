package dev.parley.websocket;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.websocket.WebSocketHarness.Use;

class WebSocketFeedsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return WebSocketHarness.onTyrus(Use.SESSIONS_OR_FEEDS);
  }
}
