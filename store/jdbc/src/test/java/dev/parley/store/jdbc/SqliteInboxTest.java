package dev.parley.store.jdbc;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

class SqliteInboxTest extends QueueConformance {
  @TempDir static Path folder; // since an inbox is also made after all tests, to be described

  @Override
  protected QueueHarness newHarness() {
    JdbcStore store = JdbcStore.embedded(folder.resolve(UUID.randomUUID().toString()));
    return new InboxHarness("SQLite", store, store);
  }
}
