package dev.parley.samples.shop;

import java.io.Closeable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;

/**
 * The shop's truth: an H2 database in a file, written through on every commit, so that an order
 * that was placed outlives a crash.
 *
 * <p>An order and its idempotency key are one row, so there is no moment at which one is there and
 * the other is not. A reference may appear on many rows: the book records what the shop did, and a
 * customer who was charged twice is two rows.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class OrderBook implements Closeable {
  private static final int CONNECTIONS = 128;

  /** How long a request waits for another one with the same key before it is told "in progress". */
  private static final int LOCK_TIMEOUT_MILLIS = 100;

  private static final String SCHEMA =
      """
      CREATE TABLE IF NOT EXISTS orders (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        reference VARCHAR(64) NOT NULL,
        sku VARCHAR(64) NOT NULL,
        quantity INT NOT NULL,
        idempotency_key VARCHAR(255) UNIQUE)
      """;
  private static final String COLUMNS = "SELECT id, reference, sku, quantity FROM orders ";

  private final JdbcConnectionPool pool;
  private volatile boolean crashed;

  private OrderBook(JdbcConnectionPool pool) {
    this.pool = pool;
  }

  /** Opens the book in a folder, with the orders that were placed there before. */
  static OrderBook open(Path folder) {
    String url =
        "jdbc:h2:file:"
            + folder.resolve("orders").toAbsolutePath()
            + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT="
            + LOCK_TIMEOUT_MILLIS;
    JdbcConnectionPool pool = JdbcConnectionPool.create(url, "shop", "");
    pool.setMaxConnections(CONNECTIONS);
    OrderBook book = new OrderBook(pool);
    book.run(SCHEMA);
    return book;
  }

  /**
   * Places an order, unless its key says that this was done before.
   *
   * @param key the client's idempotency key; without one every call places another order
   * @param work what the shop does between writing the order down and being sure of it
   */
  Placement place(NewOrder asked, @Nullable String key, Runnable work) throws SQLException {
    // The pool rolls back what a connection has not committed when it is closed.
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try {
        Order placed = insert(connection, asked, key);
        work.run();
        connection.commit();
        return new Placement.Placed(placed);
      } catch (SQLException e) {
        if (key == null) {
          throw e;
        }
        connection.rollback();
        return earlier(connection, asked, key, e);
      }
    }
  }

  /** Finds an order by the shop's number. */
  Optional<Order> find(long id) throws SQLException {
    return select(COLUMNS + "WHERE id = ?", query -> query.setLong(1, id)).stream().findFirst();
  }

  /** Lists the orders with a higher number than the given one, lowest first. */
  List<Order> after(long id, int limit) throws SQLException {
    return select(
        COLUMNS + "WHERE id > ? ORDER BY id LIMIT ?",
        query -> {
          query.setLong(1, id);
          query.setInt(2, limit);
        });
  }

  /** Lists all orders. */
  List<Order> all() throws SQLException {
    return after(0, Integer.MAX_VALUE);
  }

  /** Counts the orders. */
  Census census() throws SQLException {
    String sql = "SELECT COUNT(*), COUNT(DISTINCT reference) FROM orders";
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet counts = statement.executeQuery(sql)) {
      counts.next();
      return new Census(counts.getLong(1), counts.getLong(2));
    }
  }

  /** Ends as a crash would: what is not committed is gone, nothing is tidied up. */
  void crash() {
    crashed = true;
    run("SHUTDOWN IMMEDIATELY");
    pool.dispose();
  }

  /** Returns whether it has crashed, so that whatever it threw since is no news. */
  boolean isCrashed() {
    return crashed;
  }

  @Override
  public void close() {
    if (!crashed) {
      run("SHUTDOWN");
      pool.dispose();
    }
  }

  private static Order insert(Connection connection, NewOrder asked, @Nullable String key)
      throws SQLException {
    String sql =
        "INSERT INTO orders (reference, sku, quantity, idempotency_key) VALUES (?, ?, ?, ?)";
    try (PreparedStatement insert =
        connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
      insert.setString(1, asked.reference());
      insert.setString(2, asked.sku());
      insert.setInt(3, asked.quantity());
      insert.setObject(4, key, Types.VARCHAR);
      insert.executeUpdate();
      try (ResultSet keys = insert.getGeneratedKeys()) {
        keys.next();
        return new Order(keys.getLong(1), asked.reference(), asked.sku(), asked.quantity());
      }
    }
  }

  /** What became of the request that came with this key first. */
  private static Placement earlier(
      Connection connection, NewOrder asked, String key, SQLException failure) throws SQLException {
    switch (failure.getErrorCode()) {
      case ErrorCode.LOCK_TIMEOUT_1, ErrorCode.CONCURRENT_UPDATE_1 -> {
        return new Placement.InProgress();
      }
      case ErrorCode.DUPLICATE_KEY_1 -> {
        String sql = COLUMNS + "WHERE idempotency_key = ?";
        List<Order> found = select(connection, sql, query -> query.setString(1, key));
        if (found.isEmpty()) {
          return new Placement.InProgress();
        }
        Order placed = found.get(0);
        return placed.answers(asked)
            ? new Placement.PlacedBefore(placed)
            : new Placement.KeyReused();
      }
      default -> throw failure;
    }
  }

  private List<Order> select(String sql, Arguments arguments) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return select(connection, sql, arguments);
    }
  }

  private static List<Order> select(Connection connection, String sql, Arguments arguments)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      arguments.setOn(query);
      List<Order> found = new ArrayList<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Order(rows.getLong(1), rows.getString(2), rows.getString(3), rows.getInt(4)));
        }
      }
      return found;
    }
  }

  private void run(String sql) {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      // The connection that ordered a crash does not outlive it.
      if (!crashed) {
        throw new IllegalStateException("the order book could not " + sql.strip(), e);
      }
    }
  }

  /**
   * How many orders there are.
   *
   * @param rows all of them
   * @param references how many of them have different references
   */
  record Census(long rows, long references) {
    /** Returns how many rows are there beyond the first of their reference. */
    long duplicates() {
      return rows - references;
    }
  }

  /** What came of the wish to place an order. */
  sealed interface Placement {
    /** There is a new order. */
    record Placed(Order order) implements Placement {}

    /** The same request was answered with this order before. */
    record PlacedBefore(Order order) implements Placement {}

    /** Another request with this key is not through yet. */
    record InProgress() implements Placement {}

    /** The key belongs to another order. */
    record KeyReused() implements Placement {}
  }

  /** Puts a query's arguments in. */
  private interface Arguments {
    void setOn(PreparedStatement query) throws SQLException;
  }
}
