package dev.parley.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sender of webhooks that is killed: all that was committed is sent, under its own id, and
 * nothing else.
 *
 * <p>{@code -Dparley.kills} and {@code -Dparley.kills.seed} are those of {@link InboxFaultTest}; 3
 * times in each database by default.
 */
@Tag("slow")
@Timeout(1_800)
class OutboxFaultTest {
  private static final int KILLS = Integer.getInteger("parley.kills", 3);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final long seed =
      Long.getLong("parley.kills.seed", ThreadLocalRandom.current().nextLong());
  private final String name = "outbox-" + UUID.randomUUID();

  @TempDir Path folder;

  @Test
  void OBX_1_sendsAllThatWasCommittedAndNothingElse_whenItIsKilled_onSqlite() throws Exception {
    Path file = folder.resolve("store");
    try (SqliteFile database = SqliteFile.open(file)) {
      kill(file.toString(), database);
    }
  }

  @Test
  void OBX_1_sendsAllThatWasCommittedAndNothingElse_whenItIsKilled_onPostgreSql() throws Exception {
    TestDatabase database = TestDatabase.postgresql();
    try (HikariDataSource pool = database.pool(database.port())) {
      kill(database.url(database.port()), pool);
    }
  }

  private void kill(String address, DataSource database) throws Exception {
    Random random = new Random(seed);
    try (Listener listener = new Listener()) {
      for (int i = 0; i < KILLS; i++) {
        try (ChildNode seller = node(address, listener, true)) {
          int before = listener.heard().size();
          seller.start();
          // Killed at any moment of its work, once it has begun.
          await().atMost(PATIENCE).until(() -> listener.heard().size() > before);
          LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(100_000)));
        }
      }
      try (ChildNode sender = node(address, listener, false)) {
        sender.start();
        String run = "seed " + seed + " (-Dparley.kills.seed)";
        await()
            .atMost(PATIENCE)
            .ignoreExceptions() // while it is too busy to answer
            .until(() -> listener.heard().containsAll(OutboxNode.sales(database, name)));
        assertThat(listener.heard()).as(run).isEqualTo(OutboxNode.sales(database, name));
        assertThat(listener.forged()).isZero();
      }
    }
  }

  /** Closing it kills it. */
  private ChildNode node(String address, Listener listener, boolean sells) {
    return new ChildNode(
        folder.resolve("errors"),
        OutboxNode.class,
        address,
        name,
        listener.uri(),
        Boolean.toString(sells));
  }
}
