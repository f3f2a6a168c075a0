package dev.parley.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.store.Inbox;
import dev.parley.store.jdbc.JdbcStore;
import dev.parley.webhook.Providers;
import dev.parley.webhook.Reply;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookSigner;
import dev.parley.webhook.WebhookVerifier;
import dev.parley.webhooks.InboxEndpoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Webhooks of 1 KiB through an inbox: signed, verified, stored with an fsync, answered, handed to a
 * handler and acknowledged; without HTTP.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
public class Inbound {
  private static final String SECRET = "whsec_84d58326f521c7453f3d33374043e03f";
  private static final Topic<Payload> TOPIC = Topic.of("payments", Payload.class);

  /** Which database. */
  public enum Database {
    SQLITE,
    H2,
    POSTGRESQL
  }

  @Param public Database database;

  /** The address of PostgreSQL. */
  @Param("")
  public String url;

  private final AtomicLong numbers = new AtomicLong();
  private final String filler = "x".repeat(1_000);
  private final WebhookSigner signer = WebhookSigner.create(Providers.STRIPE, SECRET);
  private Parley parley;
  private JdbcStore store;
  private HikariDataSource pool;
  private InboxEndpoint endpoint;
  private Subscription<Delivery<Payload>> subscription;

  @Setup
  public void open() throws Exception {
    Path file = Files.createTempDirectory("inbox").resolve("store");
    if (database == Database.SQLITE) {
      store = JdbcStore.embedded(file);
    } else {
      HikariConfig config = new HikariConfig();
      // Without WRITE_DELAY=0 H2 confirms half a second before it writes.
      config.setJdbcUrl(database == Database.H2 ? "jdbc:h2:" + file + ";WRITE_DELAY=0" : url);
      config.setMaximumPoolSize(20);
      pool = new HikariDataSource(config);
      store = JdbcStore.builder(pool).createTables().build();
    }
    parley = Parley.create();
    Inbox inbox = Inbox.create(store, "bench-" + UUID.randomUUID());
    WebhookVerifier verifier = WebhookVerifier.create(Providers.STRIPE, SECRET);
    endpoint = InboxEndpoint.create(verifier, inbox, TOPIC);
    subscription = inbox.open(parley).consume(TOPIC, ConsumeOptions.DEFAULT.concurrency(4));
    var unused = subscription.start(delivery -> {});
  }

  @TearDown
  public void close() {
    subscription.close();
    parley.close();
    store.close();
    if (pool != null) {
      pool.close();
    }
  }

  @Benchmark
  public Reply receive() {
    String text = "{\"id\":\"evt_" + numbers.incrementAndGet() + "\",\"a\":\"" + filler + "\"}";
    WebhookRequest request =
        WebhookRequest.builder().body(text.getBytes(StandardCharsets.UTF_8)).build();
    WebhookRequest.Builder signed = request.toBuilder();
    signer.sign(request, Instant.now()).forEach(signed::header);
    Reply reply = endpoint.receive(signed.build());
    if (reply.status() != 200) {
      throw new IllegalStateException("answered " + reply.status());
    }
    return reply;
  }
}
