package dev.parley.store.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The databases whose tables the library can create itself. Others need the same tables with types
 * of their own; all else is plain SQL.
 */
public enum Dialect {
  /** SQLite 3.42 and newer. */
  SQLITE("select cast(unixepoch('subsec') * 1000 as integer)", "limit ?"),
  /** H2 2.2 and newer: for tests, since a crash or a full disk may damage its file. */
  H2("select cast(extract(epoch from current_timestamp(9)) * 1000 as bigint)", "limit ?"),
  /** PostgreSQL 12 and newer. */
  POSTGRESQL("select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)", "limit ?"),
  /** MariaDB 10.6 and newer; MySQL 8 reads the same SQL, but is not tested. */
  MARIADB("select cast(unix_timestamp(now(3)) * 1000 as signed)", "limit ?"),
  /** Any other: create the tables yourself; the time is that of this program's clock. */
  OTHER(null, "fetch first ? rows only");

  private final @Nullable String now;
  private final String limit;

  Dialect(@Nullable String now, String limit) {
    this.now = now;
    this.limit = limit;
  }

  /** Returns the SQL that creates the tables, to be applied by you or your migrations. */
  public String schema() {
    if (this == OTHER) {
      throw new IllegalStateException(
          "there is no schema for this database: take that of PostgreSQL, and change its types");
    }
    String file = name().toLowerCase(Locale.ROOT) + ".sql";
    try (InputStream stream = Dialect.class.getResourceAsStream(file)) {
      return new String(
          Objects.requireNonNull(stream, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the query for the milliseconds since 1970, or null if it is not known. */
  @Nullable String now() {
    return now;
  }

  /** Returns the clause whose only parameter is how many rows to return. */
  String limit() {
    return limit;
  }

  static Dialect of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
    return switch (product) {
      case "sqlite" -> SQLITE;
      case "h2" -> H2;
      case "postgresql" -> POSTGRESQL;
      case "mariadb", "mysql" -> MARIADB;
      default -> OTHER;
    };
  }
}
