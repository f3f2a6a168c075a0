package dev.parley.store.jdbc;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

@Tag("slow")
@Timeout(600) // the first start may install the database
class PostgreSqlInboxTest extends QueueConformance {
  @Override
  protected QueueHarness newHarness() {
    return new InboxHarness(TestDatabase.postgresql());
  }
}
