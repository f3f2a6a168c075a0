package dev.parley.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** The user's own connection: nothing is committed, rolled back or run again here. */
final class UserSession implements Session {
  private final Connection connection;

  UserSession(Connection connection) {
    this.connection = connection;
  }

  @Override
  public <R> R inTransaction(Sql<R> sql) {
    return alone(sql);
  }

  @Override
  public <R> R alone(Sql<R> sql) {
    try {
      return sql.run(connection);
    } catch (SQLException e) {
      throw Problems.failed(e);
    }
  }
}
