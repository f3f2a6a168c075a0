package dev.parley.store.jdbc;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLTransientException;
import java.util.Set;

/** What a database's failures mean. */
final class Problems {
  private static final int SQLITE_ERROR = 1;
  private static final int SQLITE_BUSY = 5;
  private static final int SQLITE_LOCKED = 6;
  private static final int SQLITE_TOO_BIG = 18;
  private static final int SQLITE_CONSTRAINT = 19;

  /** Undefined tables and columns, at PostgreSQL, H2 and MariaDB; syntax. */
  private static final Set<String> NO_TABLES = Set.of("42P01", "42S02", "42S04", "42S03");

  private Problems() {}

  static boolean isDuplicate(SQLException e) {
    return e instanceof SQLIntegrityConstraintViolationException
        || state(e).startsWith("23")
        || isSqlite(e, SQLITE_CONSTRAINT);
  }

  /** Whether the same transaction may succeed when it is run again: a conflict with another. */
  static boolean isConflict(SQLException e) {
    String state = state(e);
    return state.startsWith("40")
        || state.equals("55P03") // PostgreSQL: a lock was not to be had
        || state.equals("HYT00") // H2: a lock was not to be had in time
        || state.equals("90131") // H2: a concurrent update
        || isSqlite(e, SQLITE_BUSY)
        || isSqlite(e, SQLITE_LOCKED)
        || e.getErrorCode() == 1205 // MariaDB: a lock was not to be had in time
        || e.getErrorCode() == 1020; // MariaDB: the row has changed since it was read
  }

  /** Another transaction was faster, and this one cannot see what it did: run it again. */
  static SQLException conflict(String what) {
    return new SQLException("another transaction has " + what, "40001");
  }

  static ParleyException unreachable(Exception e) {
    return new UnreachableException(
        Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, "the database gives no connection: " + e)
            .withCause(e));
  }

  static ParleyException failed(SQLException e) {
    String state = state(e);
    boolean isWrongSql = isSqlite(e, SQLITE_ERROR);
    if (NO_TABLES.contains(state)
        || (isWrongSql && String.valueOf(e.getMessage()).contains("parley_"))) {
      return new ParleyException(
          Failure.of(
                  Kind.PERMANENT,
                  Effect.NOT_PROCESSED,
                  "the store's tables are missing or not as they should be; apply Dialect.schema(),"
                      + " or let JdbcStore.builder(…).createTables() do it")
              .withCause(e));
    }
    // A value that does not fit fails each time; a full disk, a lost connection, a restart pass.
    boolean isForGood =
        !(e instanceof SQLTransientException)
            && (state.startsWith("22")
                || state.startsWith("42")
                || state.startsWith("28")
                || isWrongSql
                || isSqlite(e, SQLITE_TOO_BIG));
    return new TransportException(
        Failure.of(
                isForGood ? Kind.PERMANENT : Kind.TRANSIENT,
                Effect.POSSIBLE,
                "the database failed ("
                    + (state.isEmpty() ? "code " + e.getErrorCode() : "SQLState " + state)
                    + ")")
            .withCause(e));
  }

  /** SQLite's driver has codes and no states, the others have both. */
  private static boolean isSqlite(SQLException e, int code) {
    return e.getSQLState() == null && e.getErrorCode() == code;
  }

  private static String state(SQLException e) {
    String state = e.getSQLState();
    return state == null ? "" : state;
  }
}
