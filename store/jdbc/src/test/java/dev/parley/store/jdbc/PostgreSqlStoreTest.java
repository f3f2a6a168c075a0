package dev.parley.store.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import dev.parley.testkit.conformance.StoreConformance;
import dev.parley.testkit.conformance.StoreHarness;
import java.time.InstantSource;
import org.junit.jupiter.api.Timeout;

@Timeout(600) // the first start may install the database
class PostgreSqlStoreTest extends StoreConformance {
  @Override
  protected StoreHarness harness(InstantSource clock) {
    TestDatabase database = TestDatabase.postgresql();
    HikariDataSource pool = database.pool(database.port());
    return new JdbcHarness(pool, pool, clock, pool::close);
  }
}
