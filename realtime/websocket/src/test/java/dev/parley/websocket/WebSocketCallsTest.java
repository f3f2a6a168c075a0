package dev.parley.websocket;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;
import dev.parley.websocket.WebSocketHarness.Use;

class WebSocketCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return WebSocketHarness.onTyrus(Use.CALLS);
  }
}
