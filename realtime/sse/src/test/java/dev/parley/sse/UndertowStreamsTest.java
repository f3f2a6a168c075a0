package dev.parley.sse;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class UndertowStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new SseHarness("Undertow", new JvmServer(true, SseHarness.HEARTBEAT), true, false);
  }
}
