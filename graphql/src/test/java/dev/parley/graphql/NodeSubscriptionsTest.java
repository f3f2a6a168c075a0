package dev.parley.graphql;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class NodeSubscriptionsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new NodeHarness(SubscriptionProtocol.WEB_SOCKET);
  }
}
