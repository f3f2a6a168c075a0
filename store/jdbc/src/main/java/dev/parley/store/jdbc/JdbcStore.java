package dev.parley.store.jdbc;

import dev.parley.ConfigurationException;
import dev.parley.Delivery;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Handler;
import dev.parley.Kind;
import dev.parley.store.Added;
import dev.parley.store.Claim;
import dev.parley.store.ClaimRequest;
import dev.parley.store.Claimed;
import dev.parley.store.DeadMessage;
import dev.parley.store.IdempotencyStore;
import dev.parley.store.MessageStore;
import dev.parley.store.StoredMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps idempotency keys, inboxes and outboxes in a database: a SQLite file, PostgreSQL, MariaDB,
 * H2 for tests, or any other in tables that you create.
 *
 * {@snippet class="dev.parley.store.jdbc.JdbcSnippets" region="store"}
 *
 * <p>Each method is a transaction of its own, on a connection that it takes from your {@link
 * DataSource} and gives back; one that conflicts with another is run again, up to 20 times. Use a
 * pool, such as HikariCP. {@link #on} joins a transaction of yours instead.
 *
 * <p>Leases end by the database's clock, so that the programs that share it need not agree on the
 * time.
 *
 * <p><b>Threads:</b> safe for use by many threads, as far as the DataSource is; what {@link #on}
 * returns belongs to the thread that has the connection.
 *
 * @since 0.1
 */
public final class JdbcStore implements IdempotencyStore, MessageStore, AutoCloseable {
  private static final long PURGE_EVERY = TimeUnit.MINUTES.toNanos(1);

  private final DataSource dataSource;
  private final Session session;
  private final KeyTable keys;
  private final MessageTable messages;
  private final Runnable release;
  private final AtomicLong purgedAt = new AtomicLong(System.nanoTime());

  private JdbcStore(
      DataSource dataSource,
      Session session,
      KeyTable keys,
      MessageTable messages,
      Runnable release) {
    this.dataSource = dataSource;
    this.session = session;
    this.keys = keys;
    this.messages = messages;
    this.release = release;
  }

  /**
   * Returns a store in a database that has the tables of {@link Dialect#schema()}.
   *
   * @throws dev.parley.ParleyException if it gives no connection
   */
  public static JdbcStore create(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /** Returns a builder with the defaults. */
  public static Builder builder(DataSource dataSource) {
    return new Builder(Objects.requireNonNull(dataSource, "dataSource"), () -> {});
  }

  /**
   * Returns a store in a SQLite file, which is made if it is not there; close it. Needs {@code
   * org.xerial:sqlite-jdbc}, whose native code JDK 24 and newer want allowed: {@code
   * --enable-native-access}.
   *
   * <p>What it has confirmed is on the disk (WAL, synchronous FULL): a crash or a full disk loses
   * nothing. There is one connection, as SQLite has one writer; who waits for it longer than 10 s
   * fails. So keep what is done in a transaction short. Other programs on this machine may use the
   * file, too; over a network they must not.
   *
   * @throws dev.parley.ParleyException if the file cannot be opened, or the driver is not there
   */
  public static JdbcStore embedded(Path file) {
    try {
      SqliteFile database = SqliteFile.open(file);
      try {
        return new Builder(database, database::close).createTables().build();
      } catch (RuntimeException e) {
        database.close();
        throw e;
      }
    } catch (IOException e) {
      throw Problems.unreachable(e);
    } catch (NoClassDefFoundError e) {
      throw new ConfigurationException(
          Failure.of(
                  Kind.LOCAL,
                  Effect.NOT_SENT,
                  "the embedded store needs org.xerial:sqlite-jdbc on the class path; add it, or"
                      + " give JdbcStore.create a DataSource of your own")
              .withCause(e));
    }
  }

  /**
   * Returns where the store gets its connections: for tables of your own beside its, and for {@link
   * #on}.
   */
  public DataSource dataSource() {
    return dataSource;
  }

  /**
   * Returns this store as a part of the transaction that your connection is in: nothing is
   * committed or rolled back here, and a conflict with another transaction is yours to handle.
   */
  public JdbcStore on(Connection connection) {
    return new JdbcStore(dataSource, new UserSession(connection), keys, messages, () -> {});
  }

  /**
   * Returns a handler for any {@link dev.parley.QueueChannel} that handles each delivery once: the
   * work and the note that it was done are one transaction. A delivery that comes again is
   * acknowledged and not handled; while another node handles it, this one waits for its end.
   *
   * {@snippet class="dev.parley.store.jdbc.JdbcSnippets" region="once"}
   *
   * <p>What the work throws rolls the transaction back, and is retried as any handler's failure is;
   * a conflict with another transaction runs it again at once, up to 20 times. Deliveries need an
   * id; one whose id came before with another body is rejected.
   *
   * @param scope what ids are unique in, such as the name of the queue
   * @param keep how long to remember what was handled: longer than it may come again, such as 7
   *     days
   */
  public <T> Handler<Delivery<T>> once(String scope, Duration keep, Work<? super T> work) {
    Objects.requireNonNull(scope, "scope");
    Objects.requireNonNull(keep, "keep");
    return new OnceHandler<>(session, keys, scope, keep, Objects.requireNonNull(work, "work"));
  }

  // ---------------------------------------------------------------- IdempotencyStore

  @Override
  public Claim claim(String key, String fingerprint, Duration lease) {
    long last = purgedAt.get();
    if (System.nanoTime() - last > PURGE_EVERY
        && session instanceof PooledSession
        && purgedAt.compareAndSet(last, System.nanoTime())) {
      int unused = session.alone(keys::purge);
    }
    return session.alone(connection -> keys.claim(connection, key, fingerprint, lease));
  }

  @Override
  public boolean renew(String key, long fence, Duration lease) {
    return session.alone(connection -> keys.renew(connection, key, fence, lease));
  }

  @Override
  public boolean complete(String key, long fence, byte[] result, Duration keep) {
    return session.alone(connection -> keys.complete(connection, key, fence, result, keep));
  }

  @Override
  public boolean release(String key, long fence) {
    return session.alone(connection -> keys.release(connection, key, fence));
  }

  // ---------------------------------------------------------------- MessageStore

  @Override
  public Added add(String queue, StoredMessage message) {
    return session.alone(connection -> messages.add(connection, queue, message));
  }

  @Override
  public List<Claimed> claim(ClaimRequest request) {
    return session.inTransaction(connection -> messages.claim(connection, request));
  }

  @Override
  public int renew(Collection<Claimed> claimed, Duration lease) {
    return session.inTransaction(connection -> messages.renew(connection, claimed, lease));
  }

  @Override
  public int complete(Collection<Claimed> claimed, Duration keep) {
    return session.inTransaction(connection -> messages.complete(connection, claimed, keep));
  }

  @Override
  public int retry(Collection<Claimed> claimed, Duration after) {
    return session.inTransaction(connection -> messages.retry(connection, claimed, after));
  }

  @Override
  public int abandon(String queue, String owner) {
    return session.alone(connection -> messages.abandon(connection, queue, owner));
  }

  @Override
  public int reject(Collection<Claimed> claimed, String reason, Duration keep) {
    return session.inTransaction(connection -> messages.reject(connection, claimed, reason, keep));
  }

  @Override
  public List<DeadMessage> dead(String queue, long after, int max) {
    return session.inTransaction(connection -> messages.dead(connection, queue, after, max));
  }

  @Override
  public int redrive(String queue, Collection<Long> numbers) {
    return session.inTransaction(connection -> messages.redrive(connection, queue, numbers));
  }

  @Override
  public int open(String queue) {
    return session.alone(connection -> messages.open(connection, queue));
  }

  @Override
  public int purge(String queue) {
    return session.alone(connection -> messages.purge(connection, queue));
  }

  @Override
  public void mark(String queue, String word) {
    int unused = session.alone(connection -> MarkTable.mark(connection, queue, word));
  }

  @Override
  public Optional<String> mark(String queue) {
    return session.alone(connection -> MarkTable.mark(connection, queue));
  }

  /** Closes the file of {@link #embedded}; a DataSource is yours to close. */
  @Override
  public void close() {
    release.run();
  }

  /**
   * What is done for one delivery, in a transaction.
   *
   * @param <T> the type of the delivery's body
   */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it on this connection, which it must neither commit nor roll back nor close. */
    void handle(Delivery<? extends T> delivery, Connection connection) throws Exception;
  }

  /**
   * Collects a store.
   *
   * <p><b>Threads:</b> one at a time.
   */
  public static final class Builder {
    private final DataSource dataSource;
    private final Runnable release;
    private @Nullable InstantSource clock;
    private boolean createsTables;

    private Builder(DataSource dataSource, Runnable release) {
      this.dataSource = dataSource;
      this.release = release;
    }

    /** Sets the clock that leases end by. Defaults to the database's. */
    public Builder clock(InstantSource newClock) {
      this.clock = Objects.requireNonNull(newClock, "newClock");
      return this;
    }

    /** Creates the tables that are missing. Defaults to not: your migrations do it. */
    public Builder createTables() {
      this.createsTables = true;
      return this;
    }

    /**
     * Returns the store.
     *
     * @throws dev.parley.ParleyException if the database gives no connection
     */
    public JdbcStore build() {
      Session session = new PooledSession(dataSource);
      Dialect dialect = session.alone(Dialect::of);
      if (createsTables) {
        int unused = session.alone(connection -> create(connection, dialect));
      }
      StoreClock time = new StoreClock(clock, dialect);
      return new JdbcStore(
          dataSource, session, new KeyTable(time), new MessageTable(dialect, time), release);
    }

    private static int create(Connection connection, Dialect dialect) throws SQLException {
      int statements = 0;
      try (Statement statement = connection.createStatement()) {
        for (String each : dialect.schema().split(";\\s*\n", -1)) {
          if (!each.isBlank()) {
            statement.execute(each);
            statements++;
          }
        }
      }
      return statements;
    }
  }
}
