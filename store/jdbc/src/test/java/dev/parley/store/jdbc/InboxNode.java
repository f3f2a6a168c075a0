package dev.parley.store.jdbc;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.store.Inbox;
import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookVerifier;
import dev.parley.webhooks.InboxEndpoint;
import dev.parley.webhooks.InboxHttpHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;

/**
 * A program that takes webhooks in, and writes an effect for each: in this JVM, or one of its own
 * that can be killed.
 */
final class InboxNode implements AutoCloseable {
  static final String SECRET = "whsec_84d58326f521c7453f3d33374043e03f";
  private static final Topic<Payload> TOPIC = Topic.of("payments", Payload.class);

  private final Parley parley = Parley.create();
  private final ExecutorService threads = Executors.newFixedThreadPool(8);
  private final Inbox inbox;
  private final HttpServer server;
  private final Subscription<Delivery<Payload>> subscription;

  InboxNode(DataSource dataSource, String name) throws Exception {
    JdbcStore store = JdbcStore.builder(dataSource).createTables().build();
    createEffects(dataSource);
    inbox =
        Inbox.builder(store, name)
            .lease(Duration.ofSeconds(2))
            .lookEvery(Duration.ofMillis(50))
            .build();
    ConsumeOptions options =
        ConsumeOptions.DEFAULT
            .concurrency(4)
            .maxAttempts(1_000_000)
            .retryBase(Duration.ofMillis(20))
            .retryCap(Duration.ofMillis(200));
    subscription = inbox.open(parley).consume(TOPIC, options);
    var unused =
        subscription.start(
            JdbcStore.create(dataSource)
                .once(
                    name,
                    Duration.ofDays(1),
                    (delivery, connection) -> effect(connection, name, delivery.body().toText())));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    WebhookVerifier verifier = WebhookVerifier.create(Providers.STRIPE, SECRET);
    server.createContext("/", new InboxHttpHandler(InboxEndpoint.create(verifier, inbox, TOPIC)));
    server.createContext(
        "/effects",
        exchange -> {
          try (exchange) {
            String ids = String.join("\n", effects(dataSource, name).keySet());
            byte[] body = ids.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
          } catch (SQLException e) {
            throw new IOException(e);
          }
        });
    server.start();
  }

  /** Runs until it is killed: its arguments are a JDBC address and a name. */
  public static void main(String[] arguments) throws Exception {
    InboxNode node = new InboxNode(dataSource(arguments[0]), arguments[1]);
    System.out.println(node.port());
    System.in.read();
  }

  /** Opens what an address of JDBC or the path of an SQLite file names. */
  static DataSource dataSource(String address) throws IOException {
    return address.startsWith("jdbc:") ? pool(address, 30_000) : SqliteFile.open(Path.of(address));
  }

  static HikariDataSource pool(String url, int patienceMillis) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(12);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(patienceMillis);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  int port() {
    return server.getAddress().getPort();
  }

  int open() {
    return inbox.open(TOPIC);
  }

  private static void createEffects(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists effect (node varchar(100), id varchar(100))");
    }
  }

  private static void effect(Connection connection, String name, String body) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into effect (node, id) values (?, ?)")) {
      insert.setString(1, name);
      insert.setString(2, body);
      insert.executeUpdate();
    }
  }

  /** Returns how often each body had its effect. */
  static Map<String, Integer> effects(DataSource dataSource, String name) throws SQLException {
    Map<String, Integer> effects = new HashMap<>();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("select id from effect where node = ?")) {
      select.setString(1, name);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          effects.merge(rows.getString(1), 1, Integer::sum);
        }
      }
    }
    return effects;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    subscription.close();
    parley.close();
  }
}
