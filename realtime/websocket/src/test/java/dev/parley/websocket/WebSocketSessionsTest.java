package dev.parley.websocket;

import dev.parley.testkit.conformance.DuplexConformance;
import dev.parley.testkit.conformance.DuplexHarness;
import dev.parley.websocket.WebSocketHarness.Use;

class WebSocketSessionsTest extends DuplexConformance {
  @Override
  protected DuplexHarness newHarness() {
    return WebSocketHarness.onTyrus(Use.SESSIONS_OR_FEEDS);
  }
}
