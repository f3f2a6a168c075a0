package dev.parley.store.jdbc;

import dev.parley.testkit.conformance.StoreConformance;
import dev.parley.testkit.conformance.StoreHarness;
import java.nio.file.Path;
import java.time.InstantSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.io.TempDir;

class H2StoreTest extends StoreConformance {
  @TempDir Path folder;

  /** Returns a pool of connections to a file in this folder, which is closed with the last. */
  static JdbcConnectionPool pool(Path folder) {
    String url = "jdbc:h2:file:" + folder.resolve("store") + ";LOCK_TIMEOUT=10000";
    JdbcConnectionPool pool = JdbcConnectionPool.create(url, "sa", "");
    pool.setMaxConnections(32);
    return pool;
  }

  @Override
  protected StoreHarness harness(InstantSource clock) {
    JdbcConnectionPool pool = pool(folder);
    return new JdbcHarness(pool, pool, clock, pool::dispose);
  }
}
