package dev.parley.store.jdbc;

import dev.parley.store.IdempotencyStore;
import dev.parley.store.MessageStore;
import dev.parley.testkit.conformance.StoreHarness;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import javax.sql.DataSource;

/** Two stores on one database, as two programs have them. */
final class JdbcHarness implements StoreHarness {
  private final JdbcStore store;
  private final JdbcStore elsewhere;
  private final Runnable release;

  JdbcHarness(DataSource dataSource, DataSource other, InstantSource clock, Runnable release) {
    this.store = JdbcStore.builder(dataSource).clock(clock).createTables().build();
    this.elsewhere = JdbcStore.builder(other).clock(clock).build();
    this.release = release;
    clear(dataSource);
  }

  static void clear(DataSource dataSource) {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      for (String table : new String[] {"parley_message", "parley_key", "parley_mark"}) {
        statement.execute("delete from " + table);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public MessageStore messages() {
    return store;
  }

  @Override
  public IdempotencyStore keys() {
    return store;
  }

  @Override
  public MessageStore messagesElsewhere() {
    return elsewhere;
  }

  @Override
  public IdempotencyStore keysElsewhere() {
    return elsewhere;
  }

  @Override
  public void close() {
    release.run();
  }
}
