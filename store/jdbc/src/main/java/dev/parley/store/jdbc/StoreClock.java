package dev.parley.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time by which leases end: the database's, the same for all programs that share it. It is
 * asked for every ten seconds; in between the monotonic clock counts on, so that a jump of this
 * program's clock moves nothing.
 */
final class StoreClock {
  private static final long ASK_EVERY = TimeUnit.SECONDS.toNanos(10);

  private final @Nullable InstantSource own;
  private final @Nullable String query;
  private volatile @Nullable Sample last;

  StoreClock(@Nullable InstantSource own, Dialect dialect) {
    this.own = own == null && dialect.now() == null ? InstantSource.system() : own;
    this.query = dialect.now();
  }

  /** Returns the milliseconds since 1970. */
  long now(Connection connection) throws SQLException {
    if (own != null) {
      return own.millis();
    }
    long nanos = System.nanoTime();
    Sample known = last;
    if (known == null || nanos - known.nanos > ASK_EVERY) {
      known = ask(connection);
      last = known;
    }
    return known.millis + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - known.nanos);
  }

  private Sample ask(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return new Sample(result.getLong(1), System.nanoTime());
    }
  }

  private record Sample(long millis, long nanos) {}
}
