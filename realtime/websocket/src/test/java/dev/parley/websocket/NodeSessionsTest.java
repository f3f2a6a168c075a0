package dev.parley.websocket;

import dev.parley.testkit.conformance.DuplexConformance;
import dev.parley.testkit.conformance.DuplexHarness;
import dev.parley.websocket.WebSocketHarness.Use;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class NodeSessionsTest extends DuplexConformance implements OnNode {
  @Override
  protected DuplexHarness newHarness() {
    return WebSocketHarness.onNode(Use.SESSIONS_OR_FEEDS);
  }
}
