package dev.parley.grpc;

import dev.parley.testkit.conformance.DuplexConformance;
import dev.parley.testkit.conformance.DuplexHarness;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class NodeSessionsTest extends DuplexConformance {
  @Override
  protected DuplexHarness newHarness() {
    return new GrpcHarness("grpc, grpc-js", NodeNotes::new);
  }
}
