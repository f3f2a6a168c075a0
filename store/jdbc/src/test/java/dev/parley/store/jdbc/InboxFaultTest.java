package dev.parley.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong around an inbox: nothing that was answered 2xx is lost, and each delivery has its
 * effect once. {@link OutboxFaultTest} is about the other direction.
 *
 * <p>{@code -Dparley.kills=200} kills as often as that in each database; 12 times by default, since
 * each costs the start of a JVM. {@code -Dparley.kills.seed} repeats a run's random moments.
 */
@Tag("slow")
@Timeout(1_800)
class InboxFaultTest {
  private static final int KILLS = Integer.getInteger("parley.kills", 12);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final long seed =
      Long.getLong("parley.kills.seed", ThreadLocalRandom.current().nextLong());
  private final String name = "fault-" + UUID.randomUUID();

  @TempDir Path folder;

  @Test
  void GRT_1_losesNothingWhenItIsKilled_onSqlite() throws Exception {
    Path file = folder.resolve("store");
    Sender sender = kill(file.toString());
    try (SqliteFile database = SqliteFile.open(file)) {
      check(database, sender);
      assertThat(query(database, "pragma integrity_check")).isEqualTo("ok");
    }
  }

  @Test
  void GRT_1_losesNothingWhenItIsKilled_onPostgreSql() throws Exception {
    TestDatabase database = TestDatabase.postgresql();
    Sender sender = kill(database.url(database.port()));
    try (HikariDataSource pool = database.pool(database.port())) {
      check(pool, sender);
    }
  }

  private Sender kill(String database) throws Exception {
    Random random = new Random(seed);
    try (ChildNode child =
        new ChildNode(folder.resolve("errors"), InboxNode.class, database, name)) {
      Sender sender = new Sender(4, child::port);
      for (int i = 0; i < KILLS; i++) {
        child.start();
        int before = sender.accepted().size();
        // Killed at any moment of its work, once it has begun.
        await().atMost(PATIENCE).until(() -> sender.accepted().size() > before);
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(100_000)));
        child.kill();
      }
      child.start();
      sender.close();
      await()
          .atMost(PATIENCE)
          .ignoreExceptions() // while it is too busy to answer
          .until(() -> child.effects().containsAll(sender.accepted()));
      return sender;
    }
  }

  @Test
  void GRT_1_losesNothingWhilePostgreSqlCrashesAndStarts() throws Exception {
    TestDatabase database = TestDatabase.postgresql();
    try (HikariDataSource pool = InboxNode.pool(database.url(database.port()), 1_000);
        InboxNode node = new InboxNode(pool, name)) {
      Sender sender = new Sender(4, node::port);
      try (sender) {
        for (int i = 0; i < 3; i++) {
          awaitAccepted(sender, 20);
          database.crash();
          database.start();
        }
        awaitAccepted(sender, 20);
      }
      await().atMost(PATIENCE).ignoreExceptions().until(() -> node.open() == 0);
      check(pool, sender);
      assertThat(sender.statuses()).as("fails closed").isSubsetOf(200, 503);
    }
  }

  @Test
  void GRT_1_hasOneEffectWhenTwoNodesRace_onSqlite() throws Exception {
    Path file = folder.resolve("store");
    try (SqliteFile one = SqliteFile.open(file);
        SqliteFile two = SqliteFile.open(file)) {
      race(one, two);
    }
  }

  @Test
  void GRT_1_hasOneEffectWhenTwoNodesRace_onPostgreSql() throws Exception {
    TestDatabase database = TestDatabase.postgresql();
    try (HikariDataSource one = InboxNode.pool(database.url(database.port()), 30_000);
        HikariDataSource two = InboxNode.pool(database.url(database.port()), 30_000)) {
      race(one, two);
    }
  }

  private void race(DataSource one, DataSource two) throws Exception {
    try (InboxNode left = new InboxNode(one, name);
        InboxNode right = new InboxNode(two, name)) {
      Sender sender = new Sender(0, left::port);
      for (int i = 0; i < 100; i++) {
        String body = "{\"id\":\"evt_race_" + i + "\"}";
        sender.sent().add(body);
        CompletableFuture<Void> other =
            CompletableFuture.runAsync(() -> deliver(sender, body, right));
        deliver(sender, body, left);
        other.get();
      }
      await().atMost(PATIENCE).ignoreExceptions().until(() -> left.open() == 0);
      check(one, sender);
    }
  }

  /** As a provider does: again while the store is busy. */
  private static void deliver(Sender sender, String body, InboxNode node) {
    await().atMost(PATIENCE).until(() -> sender.isAccepted(body, node.port()));
  }

  @Test
  void GRT_1_losesNothingWhenTheDiskIsFull() throws Exception {
    try (SqliteFile database = SqliteFile.open(folder.resolve("store"));
        InboxNode node = new InboxNode(database, name)) {
      Sender sender = new Sender(2, node::port);
      try (sender) {
        for (int i = 0; i < 3; i++) {
          awaitAccepted(sender, 20);
          sender.statuses().clear();
          setPages(database, Integer.parseInt(query(database, "pragma page_count")));
          await().atMost(PATIENCE).until(() -> sender.statuses().contains(503));
          setPages(database, Integer.MAX_VALUE);
        }
        awaitAccepted(sender, 20);
      }
      await().atMost(PATIENCE).ignoreExceptions().until(() -> node.open() == 0);
      check(database, sender);
      assertThat(sender.statuses()).as("fails closed").isSubsetOf(200, 503);
      assertThat(query(database, "pragma integrity_check")).isEqualTo("ok");
    }
  }

  /** Sets how large the file may become: beyond it, SQLite fails as on a full disk. */
  private static void setPages(SqliteFile database, int max) throws SQLException {
    database.setMaxPageCount(max); // of connections to come
    query(database, "pragma max_page_count = " + max);
  }

  private static String query(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  private static void awaitAccepted(Sender sender, int more) {
    int before = sender.accepted().size();
    await().atMost(PATIENCE).until(() -> sender.accepted().size() > before + more);
  }

  /** All that was accepted has had its effect, and nothing has had two. */
  private void check(DataSource dataSource, Sender sender) throws SQLException {
    Map<String, Integer> effects = InboxNode.effects(dataSource, name);
    String run =
        "seed " + seed + " (-Dparley.kills.seed), " + sender.accepted().size() + " accepted";
    assertThat(sender.accepted()).as(run).isNotEmpty();
    assertThat(effects.keySet()).as(run).containsAll(sender.accepted());
    assertThat(effects.keySet()).as(run).isSubsetOf(sender.sent());
    assertThat(effects.values()).as(run).allMatch(count -> count == 1);
  }
}
