package dev.parley.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** The table of one word for each queue. */
final class MarkTable {
  private MarkTable() {}

  static int mark(Connection connection, String queue, String word) throws SQLException {
    if (update(connection, queue, word) == 1) {
      return 1;
    }
    try (PreparedStatement insert =
        connection.prepareStatement("insert into parley_mark (queue, word) values (?, ?)")) {
      insert.setString(1, queue);
      insert.setString(2, word);
      Session.guarded(connection, insert::executeUpdate);
      return 1;
    } catch (SQLException e) {
      // MariaDB counts an update that changes nothing as none; or somebody else was faster.
      if (!Problems.isDuplicate(e)) {
        throw e;
      }
      return update(connection, queue, word);
    }
  }

  private static int update(Connection connection, String queue, String word) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("update parley_mark set word = ? where queue = ?")) {
      update.setString(1, word);
      update.setString(2, queue);
      return update.executeUpdate();
    }
  }

  static Optional<String> mark(Connection connection, String queue) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("select word from parley_mark where queue = ?")) {
      select.setString(1, queue);
      try (ResultSet result = select.executeQuery()) {
        return result.next() ? Optional.of(result.getString(1)) : Optional.empty();
      }
    }
  }
}
