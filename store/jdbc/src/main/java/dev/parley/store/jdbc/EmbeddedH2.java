package dev.parley.store.jdbc;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** H2 in this program, set so that it keeps what it has confirmed. */
final class EmbeddedH2 implements AutoCloseable {
  private final JdbcConnectionPool pool;

  private EmbeddedH2(JdbcConnectionPool pool) {
    this.pool = pool;
  }

  static EmbeddedH2 open(Path file) {
    return open("file:" + file.toAbsolutePath());
  }

  static EmbeddedH2 open(String path) {
    // Without WRITE_DELAY=0 H2 confirms half a second before it writes.
    String url = "jdbc:h2:" + path + ";WRITE_DELAY=0;LOCK_TIMEOUT=10000";
    try {
      JdbcConnectionPool pool = JdbcConnectionPool.create(url, "sa", "");
      pool.setMaxConnections(32);
      return new EmbeddedH2(pool);
    } catch (NoClassDefFoundError e) {
      throw new ConfigurationException(
          Failure.of(
                  Kind.LOCAL,
                  Effect.NOT_SENT,
                  "the embedded store needs com.h2database:h2 on the class path; add it, or give"
                      + " JdbcStore.create a DataSource of your own")
              .withCause(e));
    }
  }

  DataSource dataSource() {
    return pool;
  }

  /** Closes the database file too: it is ours alone. */
  @Override
  public void close() {
    try (Connection last = pool.getConnection();
        Statement statement = last.createStatement()) {
      pool.dispose(); // before the shutdown: whoever asks for a connection later would open it
      // again
      statement.execute("shutdown");
    } catch (SQLException | IllegalStateException e) {
      // Closed before; or it is read again as after a crash, and nothing is lost.
    }
  }
}
