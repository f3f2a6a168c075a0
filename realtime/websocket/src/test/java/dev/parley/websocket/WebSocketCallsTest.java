package dev.parley.websocket;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class WebSocketCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return WebSocketHarness.ofCalls();
  }
}
