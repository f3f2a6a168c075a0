package dev.parley.store.jdbc;

import dev.parley.testkit.conformance.StoreConformance;
import dev.parley.testkit.conformance.StoreHarness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends StoreConformance {
  @TempDir Path folder;

  @Override
  protected StoreHarness harness(InstantSource clock) throws IOException {
    SqliteFile one = SqliteFile.open(folder.resolve("store"));
    SqliteFile two = SqliteFile.open(folder.resolve("store")); // as another program has it
    return new JdbcHarness(
        one,
        two,
        clock,
        () -> {
          one.close();
          two.close();
        });
  }
}
