package dev.parley.graphql;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class JavaSubscriptionsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new JavaHarness(SubscriptionProtocol.WEB_SOCKET);
  }
}
