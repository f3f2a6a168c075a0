package dev.parley.store.jdbc;

import dev.parley.store.Claim;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The table of idempotency keys: a row is claimed while its result is null. */
final class KeyTable {
  private static final String SELECT =
      "select fingerprint, fence, attempts, due_at, result from parley_key where id = ?";
  private static final String INSERT =
      "insert into parley_key (id, fingerprint, fence, attempts, due_at) values (?, ?, ?, 1, ?)";
  private static final String TAKE =
      "update parley_key set fingerprint = ?, fence = ?, attempts = ?, due_at = ?, result = null"
          + " where id = ? and fence = ? and due_at <= ?";
  private static final String RENEW =
      "update parley_key set due_at = ?"
          + " where id = ? and fence = ? and result is null and due_at > ?";
  private static final String COMPLETE =
      "update parley_key set due_at = ?, result = ?"
          + " where id = ? and fence = ? and result is null and due_at > 0";
  private static final String RELEASE =
      "update parley_key set due_at = 0"
          + " where id = ? and fence = ? and result is null and due_at > 0";
  private static final String PURGE =
      "delete from parley_key where due_at <= ? and result is not null";

  private final StoreClock clock;

  KeyTable(StoreClock clock) {
    this.clock = clock;
  }

  Claim claim(Connection connection, String key, String fingerprint, Duration lease)
      throws SQLException {
    long now = clock.now(connection);
    long until = now + lease.toMillis();
    Row row = select(connection, key);
    if (row == null) {
      // Higher than any fence of a row under this key that was forgotten before.
      long fence = now << 10;
      try {
        Session.guarded(
            connection, () -> update(connection, INSERT, key, fingerprint, fence, until));
        return new Claim.New(fence, 1);
      } catch (SQLException e) {
        if (!Problems.isDuplicate(e)) {
          throw e;
        }
      }
      row = select(connection, key);
      if (row == null) {
        // Taken by a transaction that this one cannot see: it has to be run again.
        throw Problems.conflict("the key");
      }
    }
    boolean isOver = row.due <= now;
    boolean isForgotten = isOver && row.result != null;
    if (!isForgotten) {
      if (!row.fingerprint.equals(fingerprint)) {
        return new Claim.Mismatch();
      }
      if (row.result != null) {
        return new Claim.Done(row.result);
      }
      if (!isOver) {
        return new Claim.InProgress(Instant.ofEpochMilli(row.due));
      }
    }
    int attempt = isForgotten ? 1 : row.attempts + 1;
    long fence = row.fence + 1;
    int taken = update(connection, TAKE, fingerprint, fence, attempt, until, key, row.fence, now);
    return taken == 1
        ? new Claim.New(fence, attempt)
        : new Claim.InProgress(Instant.ofEpochMilli(until)); // somebody was faster
  }

  boolean renew(Connection connection, String key, long fence, Duration lease) throws SQLException {
    long now = clock.now(connection);
    return update(connection, RENEW, now + lease.toMillis(), key, fence, now) == 1;
  }

  boolean complete(Connection connection, String key, long fence, byte[] result, Duration keep)
      throws SQLException {
    long until = clock.now(connection) + keep.toMillis();
    return update(connection, COMPLETE, until, result, key, fence) == 1;
  }

  boolean release(Connection connection, String key, long fence) throws SQLException {
    return update(connection, RELEASE, key, fence) == 1;
  }

  int purge(Connection connection) throws SQLException {
    return update(connection, PURGE, clock.now(connection));
  }

  private static @Nullable Row select(Connection connection, String key) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
      statement.setString(1, key);
      try (ResultSet result = statement.executeQuery()) {
        return result.next()
            ? new Row(
                result.getString(1),
                result.getLong(2),
                result.getInt(3),
                result.getLong(4),
                result.getBytes(5))
            : null;
      }
    }
  }

  private static int update(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      return statement.executeUpdate();
    }
  }

  private static final class Row {
    final String fingerprint;
    final long fence;
    final int attempts;
    final long due;
    final byte @Nullable [] result;

    Row(String fingerprint, long fence, int attempts, long due, byte @Nullable [] result) {
      this.fingerprint = fingerprint;
      this.fence = fence;
      this.attempts = attempts;
      this.due = due;
      this.result = result;
    }
  }
}
