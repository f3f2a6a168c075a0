package dev.parley.store.jdbc;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;

/**
 * A SQLite file that keeps what it has confirmed. It has one connection, which callers get in turn:
 * SQLite has one writer at a time, and whoever waits for it there polls, in no order.
 */
final class SqliteFile extends SQLiteDataSource implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Semaphore turn = new Semaphore(1, true);
  private volatile @Nullable Thread holder;
  private volatile boolean isClosed;
  private @Nullable SQLiteConnection connection; // belongs to whoever has the turn

  private SqliteFile(SQLiteConfig config) {
    super(config);
  }

  static SqliteFile open(Path file) throws IOException {
    Path path = file.toAbsolutePath();
    Files.createDirectories(path.getParent());
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enableFullSync(true); // macOS: past the disk's cache
    config.setBusyTimeout(PATIENCE_MILLIS); // other programs
    SqliteFile made = new SqliteFile(config);
    made.setUrl("jdbc:sqlite:" + path);
    return made;
  }

  @Override
  public Connection getConnection() throws SQLException {
    awaitTurn();
    try {
      SQLiteConnection mine = connection;
      if (mine == null) {
        mine = super.getConnection(null, null);
        connection = mine;
      }
      return (Connection)
          Proxy.newProxyInstance(
              SqliteFile.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              new Lease(mine));
    } catch (SQLException | RuntimeException | Error e) {
      endTurn();
      throw e;
    }
  }

  @Override
  public SQLiteConnection getConnection(String user, String password) throws SQLException {
    throw new SQLException("a SQLite file has no users: ask for a connection without one");
  }

  private void awaitTurn() throws SQLException {
    if (Thread.currentThread().equals(holder)) {
      throw new SQLException(
          "this thread has the only connection to the SQLite file already; in a transaction, use"
              + " store.on(connection)");
    }
    try {
      if (!turn.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new SQLTransientConnectionException(
            "the only connection to the SQLite file was not free for "
                + PATIENCE_MILLIS
                + " ms: "
                + holder
                + " has it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLTransientConnectionException(
          "interrupted while waiting for the connection to the SQLite file", e);
    }
    holder = Thread.currentThread();
    if (isClosed) {
      endTurn();
      throw new SQLException("the store in the SQLite file was closed");
    }
  }

  private void endTurn() {
    holder = null;
    turn.release();
  }

  /** Takes the connection back, or another in its place if nobody knows what state it is in. */
  private void takeBack(SQLiteConnection used, boolean hasFailed) {
    try {
      if (hasFailed || isClosed || !used.getAutoCommit()) {
        discard();
      }
    } catch (SQLException e) {
      discard();
    } finally {
      endTurn();
    }
  }

  private void discard() {
    SQLiteConnection old = connection;
    connection = null;
    try {
      if (old != null) {
        old.close(); // and with it, what was not committed
      }
    } catch (SQLException e) {
      // What was committed is in the file.
    }
  }

  /** Closes the file, as soon as nobody uses it. */
  @Override
  public void close() {
    isClosed = true;
    try {
      if (turn.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        discard();
        turn.release();
      } // else whoever has the connection closes it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The connection in the hands of one caller, who gives it back by closing it. */
  private final class Lease implements InvocationHandler {
    private final SQLiteConnection connection;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private volatile boolean hasFailed;

    Lease(SQLiteConnection connection) {
      this.connection = connection;
      begin(TransactionMode.IMMEDIATE);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      switch (method.getName()) {
        case "close" -> {
          if (isOver.compareAndSet(false, true)) {
            takeBack(connection, hasFailed);
          }
          return null;
        }
        case "isClosed" -> {
          return isOver.get();
        }
        // The driver begins the next transaction at once, which must not hold the lock, nor fail.
        case "commit", "rollback" -> begin(TransactionMode.DEFERRED);
        default -> {}
      }
      if (isOver.get()) {
        throw new SQLException("this connection was closed");
      }
      try {
        return method.invoke(connection, arguments);
      } catch (InvocationTargetException e) {
        hasFailed = true;
        throw e.getCause();
      }
    }

    private void begin(TransactionMode mode) {
      connection.getConnectionConfig().setTransactionMode(mode);
    }
  }
}
