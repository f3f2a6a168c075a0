package dev.parley.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Transactions of the store's own: each on a connection of the pool, run again if it conflicts with
 * another.
 */
final class PooledSession implements Session {
  private static final int MAX_CONFLICTS = 20;

  private final DataSource pool;

  PooledSession(DataSource pool) {
    this.pool = pool;
  }

  @Override
  public <R> R inTransaction(Sql<R> sql) {
    return again(false, sql);
  }

  @Override
  public <R> R alone(Sql<R> sql) {
    return again(true, sql);
  }

  private <R> R again(boolean autoCommit, Sql<R> sql) {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = connect()) {
        return once(connection, autoCommit, sql);
      } catch (SQLException e) {
        if (!Problems.isConflict(e) || attempt == MAX_CONFLICTS) {
          throw Problems.failed(e);
        }
      }
    }
  }

  private Connection connect() {
    try {
      return pool.getConnection();
    } catch (SQLException | IllegalStateException e) {
      throw Problems.unreachable(e); // the latter from pools that were closed
    }
  }

  private static <R> R once(Connection connection, boolean autoCommit, Sql<R> sql)
      throws SQLException {
    if (autoCommit) {
      connection.setAutoCommit(true);
      return sql.run(connection);
    }
    try {
      connection.setAutoCommit(false); // where SQLite may fail already, having set it
      R result = sql.run(connection);
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException | Error e) {
      try {
        connection.rollback();
      } catch (SQLException lost) {
        e.addSuppressed(lost);
      }
      throw e;
    } finally {
      resetQuietly(connection);
    }
  }

  private static void resetQuietly(Connection connection) {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException lost) {
      // The pool finds out by itself.
    }
  }
}
