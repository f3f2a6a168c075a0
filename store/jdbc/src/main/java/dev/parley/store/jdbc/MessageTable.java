package dev.parley.store.jdbc;

import dev.parley.RetryMode;
import dev.parley.store.Added;
import dev.parley.store.ClaimRequest;
import dev.parley.store.Claimed;
import dev.parley.store.DeadMessage;
import dev.parley.store.StoredMessage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The table of messages. What changes a row names its fence, so that only its owner does. */
final class MessageTable {
  private static final String INSERT =
      "insert into parley_message (queue, id, order_key, topic, headers, content_type, body,"
          + " fingerprint, state, fence, attempts, stored_at, ended_at, due_at, reason)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, '')";
  private static final String FINGERPRINT =
      "select fingerprint from parley_message where queue = ? and id = ?";
  private static final String COLUMNS =
      "m.num, m.fence, m.attempts, m.stored_at, m.id, m.order_key, m.topic, m.headers,"
          + " m.content_type, m.body, m.fingerprint";

  /** Free ones, but for those of a key that somebody else has, or that wait behind a retry. */
  private static final String FREE =
      "select "
          + COLUMNS
          + " from parley_message m where m.queue = ? and m.state = 0 and m.due_at <= ?"
          + " and (m.order_key is null or not exists (select 1 from parley_message b"
          + " where b.queue = m.queue and b.order_key = m.order_key and b.state = 0"
          + " and b.num < m.num and b.due_at > ? and ";

  private static final String BLOCKS_IN_ORDER = "(b.owner is null or b.owner <> ?)";
  private static final String BLOCKS_UNORDERED = "b.owner <> ?";
  private static final String CLAIM =
      "update parley_message set owner = ?, fence = fence + 1, attempts = attempts + 1, due_at = ?"
          + " where num = ? and fence = ? and state = 0 and due_at <= ?";
  private static final String UNDO =
      "update parley_message set owner = null, fence = fence - 1, attempts = attempts - 1,"
          + " due_at = ? where num = ? and fence = ?";
  private static final String OWNED =
      " where num = ? and fence = ? and state = 0 and owner is not null";
  private static final String DEAD =
      "select "
          + COLUMNS
          + ", m.ended_at, m.reason from parley_message m"
          + " where m.queue = ? and m.state = 2 and m.num > ? order by m.num ";

  private final Dialect dialect;
  private final StoreClock clock;

  MessageTable(Dialect dialect, StoreClock clock) {
    this.dialect = dialect;
    this.clock = clock;
  }

  Added add(Connection connection, String queue, StoredMessage message) throws SQLException {
    long now = clock.now(connection);
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, queue);
      insert.setString(2, message.id());
      insert.setString(3, message.key());
      insert.setString(4, message.topic());
      insert.setString(5, HeaderText.write(message.headers()));
      insert.setString(6, message.contentType());
      insert.setBytes(7, message.body());
      insert.setString(8, message.fingerprint());
      insert.setLong(9, now);
      insert.setLong(10, now);
      insert.setLong(11, now);
      Session.guarded(connection, insert::executeUpdate);
      return Added.STORED;
    } catch (SQLException e) {
      if (!Problems.isDuplicate(e)) {
        throw e;
      }
    }
    try (PreparedStatement select = connection.prepareStatement(FINGERPRINT)) {
      select.setString(1, queue);
      select.setString(2, message.id());
      try (ResultSet result = select.executeQuery()) {
        if (!result.next()) {
          // Forgotten just now, or by a transaction that this one cannot see.
          throw Problems.conflict("the id");
        }
        return result.getString(1).equals(message.fingerprint()) ? Added.DUPLICATE : Added.MISMATCH;
      }
    }
  }

  /**
   * Looks for candidates, and then claims each that is still free. Who is slower by a moment loses
   * a candidate, and with it all behind it of the same key.
   */
  List<Claimed> claim(Connection connection, ClaimRequest request) throws SQLException {
    long now = clock.now(connection);
    List<Claimed> candidates = free(connection, request, now);
    if (candidates.isEmpty()) {
      return candidates;
    }
    int[] counts;
    try (PreparedStatement update = connection.prepareStatement(CLAIM)) {
      for (Claimed each : candidates) {
        update.setString(1, request.owner());
        update.setLong(2, now + request.lease().toMillis());
        update.setLong(3, each.number());
        update.setLong(4, each.fence() - 1);
        update.setLong(5, now);
        update.addBatch();
      }
      counts = update.executeBatch();
    }
    List<Claimed> claimed = new ArrayList<>(candidates.size());
    List<Claimed> tooMuch = new ArrayList<>();
    Set<String> lostKeys = new HashSet<>();
    for (int i = 0; i < counts.length; i++) {
      Claimed each = candidates.get(i);
      String key = each.message().key();
      if (counts[i] != 1) {
        if (key != null) {
          lostKeys.add(key);
        }
      } else if (key != null && lostKeys.contains(key)) {
        tooMuch.add(each);
      } else {
        claimed.add(each);
      }
    }
    if (!tooMuch.isEmpty()) {
      int unused = each(connection, UNDO, tooMuch, now);
    }
    return claimed;
  }

  private List<Claimed> free(Connection connection, ClaimRequest request, long now)
      throws SQLException {
    String blocks =
        request.retryMode() == RetryMode.BLOCKING_IN_ORDER ? BLOCKS_IN_ORDER : BLOCKS_UNORDERED;
    try (PreparedStatement select =
        connection.prepareStatement(FREE + blocks + ")) order by m.num " + dialect.limit())) {
      select.setString(1, request.queue());
      select.setLong(2, now);
      select.setLong(3, now);
      select.setString(4, request.owner());
      select.setInt(5, request.max());
      List<Claimed> found = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(
              new Claimed(
                  request.queue(),
                  row.getLong(1),
                  row.getLong(2) + 1,
                  row.getInt(3) + 1,
                  Instant.ofEpochMilli(row.getLong(4)),
                  message(row)));
        }
      }
      return found;
    }
  }

  int renew(Connection connection, Collection<Claimed> messages, Duration lease)
      throws SQLException {
    long now = clock.now(connection);
    return each(
        connection,
        "update parley_message set due_at = ?" + OWNED + " and due_at > " + now,
        messages,
        now + lease.toMillis());
  }

  int complete(Connection connection, Collection<Claimed> messages, Duration keep)
      throws SQLException {
    if (keep.isZero()) {
      return each(connection, "delete from parley_message" + OWNED, messages);
    }
    long now = clock.now(connection);
    return each(
        connection,
        "update parley_message set state = 1, owner = null, ended_at = ?, due_at = ?" + OWNED,
        messages,
        now,
        now + keep.toMillis());
  }

  int retry(Connection connection, Collection<Claimed> messages, Duration after)
      throws SQLException {
    return each(
        connection,
        "update parley_message set owner = null, due_at = ?" + OWNED,
        messages,
        clock.now(connection) + after.toMillis());
  }

  int reject(Connection connection, Collection<Claimed> messages, String reason, Duration keep)
      throws SQLException {
    long now = clock.now(connection);
    String shortened = reason.replace('\0', ' ');
    return each(
        connection,
        "update parley_message set state = 2, owner = null, reason = ?, ended_at = ?, due_at = ?"
            + OWNED,
        messages,
        shortened.substring(0, Math.min(1000, shortened.length())),
        now,
        now + keep.toMillis());
  }

  int abandon(Connection connection, String queue, String owner) throws SQLException {
    return one(
        connection,
        "update parley_message set owner = null, due_at = ?"
            + " where queue = ? and state = 0 and owner = ?",
        clock.now(connection),
        queue,
        owner);
  }

  List<DeadMessage> dead(Connection connection, String queue, long after, int max)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(DEAD + dialect.limit())) {
      select.setString(1, queue);
      select.setLong(2, after);
      select.setInt(3, max);
      List<DeadMessage> found = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(
              new DeadMessage(
                  row.getLong(1),
                  row.getInt(3),
                  Instant.ofEpochMilli(row.getLong(4)),
                  Instant.ofEpochMilli(row.getLong(12)),
                  row.getString(13),
                  message(row)));
        }
      }
      return found;
    }
  }

  int redrive(Connection connection, String queue, Collection<Long> numbers) throws SQLException {
    long now = clock.now(connection);
    int redriven = 0;
    for (long number : numbers) {
      redriven +=
          one(
              connection,
              "update parley_message set state = 0, attempts = 0, due_at = ?"
                  + " where num = ? and queue = ? and state = 2",
              now,
              number,
              queue);
    }
    return redriven;
  }

  int open(Connection connection, String queue) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select count(*) from parley_message where queue = ? and state = 0")) {
      select.setString(1, queue);
      try (ResultSet result = select.executeQuery()) {
        result.next();
        return result.getInt(1);
      }
    }
  }

  int purge(Connection connection, String queue) throws SQLException {
    return one(
        connection,
        "delete from parley_message where queue = ? and state <> 0 and due_at <= ?",
        queue,
        clock.now(connection));
  }

  private static StoredMessage message(ResultSet row) throws SQLException {
    return StoredMessage.of(row.getString(5), row.getString(7), row.getBytes(10), row.getString(9))
        .key(row.getString(6))
        .headers(HeaderText.read(row.getString(8)))
        .fingerprint(row.getString(11));
  }

  /** Runs a statement for each message, whose number and fence are its last parameters. */
  private static int each(
      Connection connection, String sql, Collection<Claimed> messages, Object... parameters)
      throws SQLException {
    if (messages.isEmpty()) {
      return 0;
    }
    int changed = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Claimed each : messages) {
        for (int i = 0; i < parameters.length; i++) {
          statement.setObject(i + 1, parameters[i]);
        }
        statement.setLong(parameters.length + 1, each.number());
        statement.setLong(parameters.length + 2, each.fence());
        statement.addBatch();
      }
      for (int count : statement.executeBatch()) {
        changed += count;
      }
    }
    return changed;
  }

  private static int one(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      return statement.executeUpdate();
    }
  }
}
