package dev.parley.graphql;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class JavaMultipartSubscriptionsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new JavaHarness(SubscriptionProtocol.MULTIPART);
  }
}
