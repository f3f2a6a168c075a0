package dev.parley.grpc;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class NodeStreamsTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new GrpcHarness("grpc, grpc-js", NodeNotes::new);
  }
}
