package dev.parley.store.jdbc;

import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Topic;
import dev.parley.store.Outbox;
import dev.parley.webhooks.Destinations;
import dev.parley.webhooks.SigningKeys;
import dev.parley.webhooks.WebhookSender;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * A program that sells, and tells of each sale by a webhook that is stored in the sale's own
 * transaction; runs in a JVM of its own that is killed.
 */
final class OutboxNode {
  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final Topic<String> SOLD = Topic.of("sold", String.class);
  private static final int MOST_OPEN = 50;

  private final DataSource dataSource;
  private final String name;
  private final JdbcStore store;
  private final Outbox outbox;

  private OutboxNode(DataSource dataSource, String name, String receiver) throws SQLException {
    this.dataSource = dataSource;
    this.name = name;
    this.store = JdbcStore.builder(dataSource).createTables().build();
    createSales(dataSource);
    Parley parley = Parley.create();
    WebhookSender sender =
        WebhookSender.builder(receiver)
            .keys(SigningKeys.of(SECRET))
            .destinations(Destinations.PUBLIC.anyAddress().anyPort().plainHttp())
            .open(parley);
    Duration[] soon = new Duration[10_000];
    Arrays.fill(soon, Duration.ofMillis(20));
    this.outbox =
        Outbox.over(sender, store, name)
            .options(WebhookSender.OUTBOX.retrySchedule(soon))
            .lease(Duration.ofSeconds(2))
            .lookEvery(Duration.ofMillis(50))
            .start(parley);
  }

  /**
   * Runs until it is killed: its arguments are a JDBC address, a name, where to send to, and
   * whether to sell or only to send what is stored.
   */
  public static void main(String[] arguments) throws Exception {
    OutboxNode node =
        new OutboxNode(InboxNode.dataSource(arguments[0]), arguments[1], arguments[2]);
    System.out.println(1);
    for (int sale = 1; Boolean.parseBoolean(arguments[3]); sale++) {
      while (node.outbox.open() > MOST_OPEN) {
        LockSupport.parkNanos(1_000_000);
      }
      node.sell(sale % 5 != 0);
    }
    System.in.read();
  }

  private void sell(boolean isFinal) throws SQLException {
    String id = UUID.randomUUID().toString();
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("insert into sale (node, id) values (?, ?)")) {
        insert.setString(1, name);
        insert.setString(2, id);
        insert.executeUpdate();
      }
      outbox.send(store.on(connection), SOLD, Message.builder("sold " + id).id(id).build());
      if (isFinal) {
        connection.commit();
      } else {
        connection.rollback();
      }
    }
    outbox.wake();
  }

  static void createSales(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists sale (node varchar(100), id varchar(100))");
    }
  }

  /** Returns what was sold for good. */
  static Set<String> sales(DataSource dataSource, String name) throws SQLException {
    Set<String> ids = new HashSet<>();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("select id from sale where node = ?")) {
      select.setString(1, name);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
    }
    return ids;
  }
}
