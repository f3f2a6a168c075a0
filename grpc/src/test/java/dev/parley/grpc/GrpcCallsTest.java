package dev.parley.grpc;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class GrpcCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return new GrpcHarness();
  }
}
