package dev.parley.kafka;

import dev.parley.testkit.conformance.SendConformance;
import dev.parley.testkit.conformance.SendHarness;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class KafkaSendsTest extends SendConformance {
  @Override
  protected SendHarness newHarness() throws Exception {
    return new KafkaHarness();
  }
}
