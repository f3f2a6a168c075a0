package dev.parley.store.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import dev.parley.Channel;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.Topic;
import dev.parley.store.Claimed;
import dev.parley.store.Inbox;
import dev.parley.store.MessageStore;
import dev.parley.store.StoredMessage;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.QueueHarness;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.fault.FaultProxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An inbox under test whose store is reached through a network that fails on command. */
final class InboxHarness implements QueueHarness {
  private static final Topic<Note> NOTES = Topic.of("notes", Note.class);

  private static final Duration LEASE = Duration.ofSeconds(60);

  private final String name = "inbox-" + UUID.randomUUID();
  private final PeerScript script = new PeerScript();
  private final String adapter;
  private final Inbox inbox;
  private final Inbox elsewhere; // another program, whose network does not fail
  private final FaultyStore store;
  private final @Nullable FaultProxy proxy;
  private final AutoCloseable[] release;

  /** An inbox in a server's database. */
  InboxHarness(TestDatabase database) {
    FaultProxy made = FaultProxy.to(database.port());
    HikariDataSource through = database.pool(made.port());
    HikariDataSource direct = database.pool(database.port());
    this.adapter = "inbox on " + database;
    this.proxy = made;
    this.elsewhere = inbox(JdbcStore.builder(direct).createTables().build());
    this.store = new FaultyStore(JdbcStore.create(through));
    this.inbox = inbox(store.faulty());
    this.release = new AutoCloseable[] {through, direct, made};
  }

  /** An inbox in this program, which has no network. */
  InboxHarness(String database, JdbcStore embedded, AutoCloseable release) {
    this.adapter = "inbox on " + database;
    this.proxy = null;
    this.store = new FaultyStore(embedded);
    this.inbox = inbox(store.faulty());
    this.elsewhere = inbox(embedded);
    this.release = new AutoCloseable[] {release};
  }

  private Inbox inbox(MessageStore store) {
    return inbox(store, LEASE);
  }

  private Inbox inbox(MessageStore store, Duration lease) {
    return Inbox.builder(store, name).lookEvery(Duration.ofMillis(20)).lease(lease).build();
  }

  @Override
  public Optional<QueueChannel> openWithLease(Parley parley, Duration lease) {
    return Optional.of(
        parley
            .at(uri())
            .provider(inbox(store.faulty(), lease).provider())
            .open(QueueChannel.class));
  }

  @Override
  public Topic<Note> queue() {
    return NOTES;
  }

  @Override
  public void publish(Note note, @Nullable String key) {
    elsewhere.accept(
        StoredMessage.of(UUID.randomUUID().toString(), "notes", note.toBytes(), Note.CONTENT_TYPE)
            .key(key));
  }

  @Override
  public void publishGarbage() {
    elsewhere.accept(
        StoredMessage.of(
            UUID.randomUUID().toString(), "notes", new byte[] {1, 2, 3}, Note.CONTENT_TYPE));
  }

  @Override
  public int backlog() {
    return elsewhere.open(NOTES);
  }

  @Override
  public List<String> deadLetters() {
    return elsewhere.dead(NOTES, 0, 100).stream()
        .map(each -> new String(each.message().body(), StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public Optional<Class<?>> nativeClient() {
    return Optional.of(MessageStore.class);
  }

  @Override
  public Optional<Class<?>> nativeMessage() {
    return Optional.of(Claimed.class);
  }

  @Override
  public String adapter() {
    return adapter;
  }

  @Override
  public String uri() {
    return "inbox:" + name;
  }

  @Override
  public Parley.Builder configure(Parley.Builder builder) {
    return builder.provider(inbox.provider());
  }

  @Override
  public <C extends Channel> Optional<C> openWithOwnClient(Parley parley, Class<C> capability) {
    return Optional.of(parley.at(uri()).provider(inbox.provider()).open(capability));
  }

  @Override
  public PeerScript script() {
    return script;
  }

  @Override
  public Set<Trouble> troubles() {
    return Set.of(Trouble.REFUSE, Trouble.CUT, Trouble.CUT_REPLY);
  }

  @Override
  public void cause(Trouble trouble) {
    store.cause(trouble);
    if (proxy != null) {
      new ProxyTroubles(proxy).cause(trouble);
    }
  }

  @Override
  public void heal() {
    store.heal();
    if (proxy != null) {
      new ProxyTroubles(proxy).heal();
    }
  }

  /** The pool's threads, and those of the databases' drivers. */
  @Override
  public boolean isOwnThread(Thread thread) {
    String threadName = thread.getName();
    return threadName.startsWith("Hikari")
        || threadName.startsWith("PostgreSQL")
        || threadName.startsWith("MariaDb")
        || threadName.startsWith("H2")
        || threadName.startsWith("MVStore")
        || threadName.startsWith("Generate Seed")
        || threadName.startsWith("Timer");
  }

  @Override
  public void close() {
    for (AutoCloseable each : release) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
