package dev.parley.store.jdbc;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class MariaDbInboxTest extends QueueConformance {
  @Override
  protected QueueHarness newHarness() {
    return new InboxHarness(TestDatabase.mariadb());
  }
}
