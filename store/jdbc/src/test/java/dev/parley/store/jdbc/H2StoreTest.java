package dev.parley.store.jdbc;

import dev.parley.testkit.conformance.StoreConformance;
import dev.parley.testkit.conformance.StoreHarness;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class H2StoreTest extends StoreConformance {
  @TempDir Path folder;

  @Override
  protected StoreHarness harness(InstantSource clock) {
    EmbeddedH2 database = EmbeddedH2.open(folder.resolve("store"));
    return new JdbcHarness(database.dataSource(), clock, database::close);
  }
}
