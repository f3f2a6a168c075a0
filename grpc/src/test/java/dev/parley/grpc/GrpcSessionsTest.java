package dev.parley.grpc;

import dev.parley.testkit.conformance.DuplexConformance;
import dev.parley.testkit.conformance.DuplexHarness;

class GrpcSessionsTest extends DuplexConformance {
  @Override
  protected DuplexHarness newHarness() {
    return new GrpcHarness();
  }
}
