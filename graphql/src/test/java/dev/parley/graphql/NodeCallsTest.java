package dev.parley.graphql;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class NodeCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return new NodeHarness(SubscriptionProtocol.WEB_SOCKET);
  }
}
