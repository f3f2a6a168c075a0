/** Stores in any database that has JDBC: {@link dev.parley.store.jdbc}. */
@org.jspecify.annotations.NullMarked
module dev.parley.store.jdbc {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive java.sql;
  requires static org.xerial.sqlitejdbc;

  exports dev.parley.store.jdbc;
}
