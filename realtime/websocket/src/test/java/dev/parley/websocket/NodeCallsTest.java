package dev.parley.websocket;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;
import dev.parley.websocket.WebSocketHarness.Use;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class NodeCallsTest extends CallConformance implements OnNode {
  @Override
  protected CallHarness newHarness() {
    return WebSocketHarness.onNode(Use.CALLS);
  }
}
