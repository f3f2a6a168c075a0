package dev.parley.grpc;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class GrpcStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new GrpcHarness();
  }
}
