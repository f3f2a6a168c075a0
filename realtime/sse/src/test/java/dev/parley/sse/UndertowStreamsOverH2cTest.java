package dev.parley.sse;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class UndertowStreamsOverH2cTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new SseHarness(
        "Undertow over HTTP/2", new JvmServer(true, SseHarness.HEARTBEAT), true, true);
  }
}
