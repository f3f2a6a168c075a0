package dev.parley.websocket;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.websocket.WebSocketHarness.Use;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class NodeFeedsTest extends StreamConformance implements OnNode {
  @Override
  protected StreamHarness newHarness() {
    return WebSocketHarness.onNode(Use.SESSIONS_OR_FEEDS);
  }
}
