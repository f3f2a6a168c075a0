package dev.parley.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;

/** Where SQL runs: on connections of a pool, or on the user's own within his transaction. */
interface Session {
  /** Runs some SQL as one transaction, or as a part of the user's. */
  <R> R inTransaction(Sql<R> sql);

  /** Runs one statement that is a transaction of its own, or a part of the user's. */
  <R> R alone(Sql<R> sql);

  /** Runs one statement whose failure must not end the transaction: an insert of a duplicate. */
  static void guarded(Connection connection, Update update) throws SQLException {
    if (connection.getAutoCommit()) {
      update.run();
      return;
    }
    Savepoint before = connection.setSavepoint();
    try {
      update.run();
    } catch (SQLException e) {
      connection.rollback(before);
      throw e;
    }
    connection.releaseSavepoint(before);
  }

  /** Some SQL. */
  interface Sql<R> {
    R run(Connection connection) throws SQLException;
  }

  /** A statement without a result. */
  interface Update {
    void run() throws SQLException;
  }
}
