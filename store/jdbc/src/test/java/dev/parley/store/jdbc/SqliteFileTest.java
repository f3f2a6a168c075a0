package dev.parley.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.UnreachableException;
import dev.parley.store.Claim;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteFileTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path folder;

  @Test
  void GRT_1_writesBeforeItConfirms() throws Exception {
    try (JdbcStore store = open();
        Connection connection = store.dataSource().getConnection()) {
      assertThat(query(connection, "pragma journal_mode")).isEqualTo("wal");
      assertThat(query(connection, "pragma synchronous")).as("full").isEqualTo("2");
      assertThat(query(connection, "pragma busy_timeout")).isEqualTo("10000");
    }
  }

  @Test
  void keepsWhatWasStoredBeforeItWasClosed() {
    try (JdbcStore store = open()) {
      Claim.New mine = (Claim.New) store.claim("a", "1", MINUTE);
      store.complete("a", mine.fence(), new byte[] {7}, MINUTE);
    }
    try (JdbcStore store = open()) {
      assertThat(store.claim("a", "1", MINUTE)).isInstanceOf(Claim.Done.class);
    }
  }

  @Test
  void isPartOfATransactionOfYours() throws Exception {
    try (JdbcStore store = open()) {
      try (Connection connection = store.dataSource().getConnection()) {
        connection.setAutoCommit(false);
        store.on(connection).claim("committed", "1", MINUTE);
        connection.commit();
        store.on(connection).claim("rolled back", "1", MINUTE);
        connection.rollback();
        store.on(connection).claim("left", "1", MINUTE);
      }
      assertThat(store.claim("committed", "1", MINUTE)).isInstanceOf(Claim.InProgress.class);
      assertThat(store.claim("rolled back", "1", MINUTE)).isInstanceOf(Claim.New.class);
      assertThat(store.claim("left", "1", MINUTE)).isInstanceOf(Claim.New.class);
    }
  }

  @Test
  void doesNotHoldTheLockOnceItHasCommitted() throws Exception {
    try (JdbcStore store = open();
        JdbcStore elsewhere = open();
        Connection connection = store.dataSource().getConnection()) {
      connection.setAutoCommit(false);
      store.on(connection).claim("a", "1", MINUTE);
      connection.commit();
      assertThat(elsewhere.claim("b", "1", MINUTE)).isInstanceOf(Claim.New.class);
    }
  }

  @Test
  void waitsForATransactionElsewhere() throws Exception {
    try (JdbcStore store = open();
        JdbcStore elsewhere = open()) {
      CompletableFuture<Claim> other;
      try (Connection connection = store.dataSource().getConnection()) {
        connection.setAutoCommit(false);
        store.on(connection).claim("a", "1", MINUTE);
        other = CompletableFuture.supplyAsync(() -> elsewhere.claim("a", "1", MINUTE));
        assertThat(other).isNotDone();
        connection.commit();
      }
      assertThat(other.get()).isInstanceOf(Claim.InProgress.class);
    }
  }

  @Test
  void refusesASecondConnectionToTheThreadThatHasIt() throws Exception {
    try (JdbcStore store = open()) {
      try (Connection unused = store.dataSource().getConnection()) {
        assertThatThrownBy(() -> store.open("queue"))
            .isInstanceOf(UnreachableException.class)
            .hasMessageContaining(
                "this thread has the only connection to the SQLite file already; in a transaction,"
                    + " use store.on(connection)");
      }
      assertThat(store.open("queue")).isZero();
    }
  }

  @Test
  void givesAConnectionBackOnce() throws Exception {
    try (JdbcStore store = open()) {
      Connection connection = store.dataSource().getConnection();
      connection.close();
      connection.close();
      assertThat(connection.isClosed()).isTrue();
      assertThatThrownBy(connection::createStatement)
          .isInstanceOf(SQLException.class)
          .hasMessage("this connection was closed");
      assertThat(store.open("queue")).isZero();
    }
  }

  @Test
  void goesOnAfterAConnectionThatFailed() throws Exception {
    try (JdbcStore store = open()) {
      try (Connection connection = store.dataSource().getConnection()) {
        assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
      }
      assertThat(store.open("queue")).isZero();
    }
  }

  @Test
  void failsWhenItIsClosed() {
    JdbcStore store = open();
    store.close();
    store.close();
    assertThatThrownBy(() -> store.open("queue"))
        .isInstanceOf(UnreachableException.class)
        .hasMessageContaining("the store in the SQLite file was closed");
  }

  @Test
  void tellsThatItsTablesAreMissing() throws Exception {
    try (SqliteFile file = SqliteFile.open(folder.resolve("empty"))) {
      assertThatThrownBy(() -> JdbcStore.create(file).open("queue"))
          .hasMessageContaining("the store's tables are missing");
    }
  }

  @Test
  void tellsWhichDriverItNeeds() throws Exception {
    List<URL> classPath = new ArrayList<>();
    for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!each.contains("sqlite-jdbc")) {
        classPath.add(Path.of(each).toUri().toURL());
      }
    }
    try (URLClassLoader without =
        new URLClassLoader(classPath.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      Class<?> store = without.loadClass(JdbcStore.class.getName());
      assertThatThrownBy(() -> store.getMethod("embedded", Path.class).invoke(null, folder))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .hasMessageContaining(
              "the embedded store needs org.xerial:sqlite-jdbc on the class path; add it, or give"
                  + " JdbcStore.create a DataSource of your own");
    }
  }

  private JdbcStore open() {
    return JdbcStore.embedded(folder.resolve("new").resolve("store"));
  }

  private static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
