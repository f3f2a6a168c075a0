package dev.parley.store.jdbc;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;
import java.nio.file.Path;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.io.TempDir;

class H2InboxTest extends QueueConformance {
  @TempDir static Path folder; // since an inbox is also made after all tests, to be described

  @Override
  protected QueueHarness newHarness() {
    JdbcConnectionPool pool = H2StoreTest.pool(folder.resolve(UUID.randomUUID().toString()));
    JdbcStore store = JdbcStore.builder(pool).createTables().build();
    return new InboxHarness("H2", store, pool::dispose);
  }
}
