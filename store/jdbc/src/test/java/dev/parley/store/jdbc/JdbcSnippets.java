package dev.parley.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.store.Inbox;
import dev.parley.store.Outbox;
import dev.parley.store.StoredMessage;
import dev.parley.testkit.MemoryTransport;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcSnippets {
  static final Topic<String> ORDERS = Topic.of("orders", String.class);

  private final JdbcDataSource dataSource = new JdbcDataSource();

  @BeforeEach
  void createTable() throws SQLException {
    dataSource.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table ordered (id varchar(100))");
    }
  }

  // @start region="store"
  static Inbox inbox(DataSource dataSource) {
    JdbcStore store = JdbcStore.builder(dataSource).createTables().build();
    return Inbox.create(store, "shop");
  }

  // @end

  // @start region="once"
  static void consume(QueueChannel queue, JdbcStore store) {
    queue
        .consume(ORDERS)
        .run(
            store.once(
                "orders",
                Duration.ofDays(7),
                (delivery, connection) -> insert(connection, delivery.body())));
  }

  // @end

  // @start region="outbox"
  static void order(DataSource dataSource, JdbcStore store, Outbox outbox, String id)
      throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      insert(connection, id);
      outbox.send(store.on(connection), ORDERS, Message.builder(id).key(id).build());
      connection.commit();
    }
    outbox.wake();
  }

  // @end

  private static void insert(Connection connection, String id) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into ordered (id) values (?)")) {
      insert.setString(1, id);
      insert.executeUpdate();
    }
  }

  private int ordered() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        var result = statement.executeQuery("select count(*) from ordered")) {
      result.next();
      return result.getInt(1);
    }
  }

  @Test
  void GRT_1_handlesOnceWhatComesAgain() throws Exception {
    Inbox inbox = inbox(dataSource);
    JdbcStore store = JdbcStore.create(dataSource);
    try (Parley parley = Parley.create();
        Subscription<Delivery<String>> orders = inbox.open(parley).consume(ORDERS)) {
      var unused =
          orders.start(
              store.once(
                  "orders",
                  Duration.ofDays(7),
                  (delivery, connection) -> insert(connection, delivery.body())));
      byte[] body = "one".getBytes(StandardCharsets.UTF_8);
      StoredMessage message = StoredMessage.of("1", "orders", body, "text/plain");
      inbox.accept(message);
      await().atMost(30, TimeUnit.SECONDS).until(() -> ordered() == 1);
      // The same by way of another queue, as a broker does after a crash.
      Inbox again = Inbox.create(store, "again");
      try (Subscription<Delivery<String>> more = again.open(parley).consume(ORDERS)) {
        var unusedToo =
            more.start(
                store.once(
                    "orders",
                    Duration.ofDays(7),
                    (delivery, connection) -> insert(connection, delivery.body())));
        again.accept(message);
        await().atMost(30, TimeUnit.SECONDS).until(() -> again.open(ORDERS) == 0);
        again.accept(StoredMessage.of("1 again", "orders", "two".getBytes(), "text/plain"));
        await().atMost(30, TimeUnit.SECONDS).until(() -> ordered() == 2);
      }
    }
    assertThat(ordered()).isEqualTo(2);
  }

  @Test
  void OBX_1_sendsWhatWasCommittedAndNothingElse() throws Exception {
    JdbcStore store = JdbcStore.builder(dataSource).createTables().build();
    try (MemoryTransport memory = MemoryTransport.create();
        Parley parley = Parley.builder().provider(memory).build()) {
      SendChannel target = parley.open("mem:broker", SendChannel.class);
      try (Outbox outbox = Outbox.over(target, store, "events").start(parley)) {
        order(dataSource, store, outbox, "o-1");
        try (Connection connection = dataSource.getConnection()) {
          connection.setAutoCommit(false);
          outbox.send(store.on(connection), ORDERS, Message.of("never"));
          connection.rollback();
        }
        order(dataSource, store, outbox, "o-2");
        await().atMost(30, TimeUnit.SECONDS).until(() -> memory.messages(ORDERS).size() == 2);
        assertThat(memory.messages(ORDERS))
            .extracting(Message::body)
            .containsExactlyInAnyOrder("o-1", "o-2");
        await().atMost(30, TimeUnit.SECONDS).until(() -> outbox.open() == 0);
      }
    }
    assertThat(ordered()).isEqualTo(2);
  }
}
