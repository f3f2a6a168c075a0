package dev.parley.store.jdbc;

import dev.parley.testkit.conformance.QueueConformance;
import dev.parley.testkit.conformance.QueueHarness;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class H2InboxTest extends QueueConformance {
  @TempDir Path folder;

  @Override
  protected QueueHarness newHarness() {
    return new InboxHarness(JdbcStore.embedded(folder.resolve("store")));
  }
}
