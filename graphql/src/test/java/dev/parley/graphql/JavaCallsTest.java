package dev.parley.graphql;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class JavaCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return new JavaHarness(SubscriptionProtocol.WEB_SOCKET);
  }
}
