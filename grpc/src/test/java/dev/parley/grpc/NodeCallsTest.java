package dev.parley.grpc;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class NodeCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return new GrpcHarness("grpc, grpc-js", NodeNotes::new);
  }
}
