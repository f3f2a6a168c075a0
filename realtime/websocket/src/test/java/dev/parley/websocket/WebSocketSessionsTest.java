package dev.parley.websocket;

import dev.parley.testkit.conformance.DuplexConformance;
import dev.parley.testkit.conformance.DuplexHarness;

class WebSocketSessionsTest extends DuplexConformance {
  @Override
  protected DuplexHarness newHarness() {
    return new WebSocketHarness(false);
  }
}
