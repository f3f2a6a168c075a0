/** Stores in any database that has JDBC; start at {@link dev.parley.store.jdbc.JdbcStore}. */
package dev.parley.store.jdbc;
