package dev.parley.polling;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class LongPollingStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new PollingHarness(
        "long polling", "longpoll+http", new JvmFeed(), PollingHarness.CURSOR);
  }
}
