package dev.parley.websocket;

import dev.parley.Channel;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.CallHarness;
import dev.parley.testkit.conformance.DuplexHarness;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.websocket.Peer.Connection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.glassfish.tyrus.client.ClientManager;
import org.jspecify.annotations.Nullable;

/** A real WebSocket server behind a fault proxy: it echoes, and it has a feed that may replay. */
final class WebSocketHarness implements DuplexHarness, StreamHarness, CallHarness {
  private static final String NOTES = "/notes";
  private static final String FEED = "/feed";
  private static final String CALLS = "/calls";

  private final PeerScript script = new PeerScript();
  private final String adapter;
  private final Peer peer;
  private final FaultProxy proxy;
  private final ProxyTroubles troubles;
  private final boolean replays;
  private final boolean calls;
  private final AtomicReference<Trouble> onRequest = new AtomicReference<>();
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connects = new AtomicInteger();

  // Guarded by itself.
  private final List<byte[]> log = new ArrayList<>();
  private final List<Connection> subscribers = new ArrayList<>();
  private boolean ended; // guarded by log
  private @Nullable ClientManager ownClient;

  /** What is on the peer. */
  enum Use {
    SESSIONS_OR_FEEDS,
    REPLAYING_FEEDS,
    CALLS
  }

  static WebSocketHarness onTyrus(Use use) {
    return new WebSocketHarness(
        use, "", behaviour -> new TyrusPeer(List.of(NOTES, FEED, CALLS), behaviour));
  }

  static WebSocketHarness onNode(Use use) {
    return new WebSocketHarness(use, ", Node", NodePeer::new);
  }

  private WebSocketHarness(Use use, String where, Function<Peer.Behaviour, Peer> start) {
    replays = use == Use.REPLAYING_FEEDS;
    calls = use == Use.CALLS;
    adapter = "websocket" + (replays ? " that replays" : "") + where;
    peer = start.apply(new Scripted());
    proxy = FaultProxy.to(peer.port());
    troubles = new ProxyTroubles(proxy);
  }

  private final class Scripted implements Peer.Behaviour {
    @Override
    public void opened(Connection connection) {
      connections.add(connection);
      if (connection.path().equals(FEED) && !replays) {
        synchronized (log) {
          subscribers.add(connection);
        }
      }
      connects.incrementAndGet();
    }

    @Override
    public void heard(Connection connection, byte[] message) {
      switch (connection.path()) {
        case NOTES -> {
          script.arrived(Note.of(message), null);
          connection.send(message);
        }
        case CALLS -> answer(connection, new Framed(message));
        default -> subscribe(connection, new String(message, StandardCharsets.UTF_8));
      }
    }

    @Override
    public void closed(Connection connection) {
      connections.remove(connection);
      synchronized (log) {
        subscribers.remove(connection);
      }
    }
  }

  /** Answers calls; a request has its id and key before it, a reply its id, a status and a hint. */
  private void answer(Connection connection, Framed request) {
    Act act = script.arrived(Note.of(request.body()), request.second());
    if (isTroubled()) {
      return;
    }
    switch (act.kind()) {
      case ECHO -> reply(connection, request, "200", request.body());
      case BUSY -> reply(connection, request, "500", new byte[0]);
      case FORBID -> reply(connection, request, "403", new byte[0]);
      case GARBAGE -> reply(connection, request, "200", "not a note".getBytes());
      case DECLINE -> {
        java.time.Duration wait = act.retryAfter();
        reply(connection, request, wait == null ? "429" : "429+" + wait.toMillis(), new byte[0]);
      }
      case HOLD ->
          script.released().thenRun(() -> reply(connection, request, "200", request.body()));
    }
  }

  private static void reply(Connection connection, Framed request, String status, byte[] body) {
    connection.send(Framed.bytes(request.first(), status, body));
  }

  // A handshake has a reply of its own, so that only the server can tell where that of a call is.
  private boolean isTroubled() {
    Trouble trouble = onRequest.get();
    if (trouble == Trouble.TRICKLE) {
      troubles.cause(trouble);
      return false;
    }
    if (trouble == null || !onRequest.compareAndSet(trouble, null)) {
      return false;
    }
    if (trouble == Trouble.TRUNCATE_REPLY) {
      troubles.cause(trouble);
      return false;
    }
    proxy.cutAll();
    return true;
  }

  private void subscribe(Connection connection, String after) {
    synchronized (log) {
      int from = 0;
      for (int i = 0; i < log.size(); i++) {
        if (!after.isEmpty() && id(log.get(i)).equals(Optional.of(after))) {
          from = i + 1;
        }
      }
      log.subList(from, log.size()).forEach(connection::send);
      subscribers.add(connection);
      if (ended) {
        connection.end();
      }
    }
  }

  private static Optional<String> id(byte[] bytes) {
    try {
      return Optional.of(Note.of(bytes).id());
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  // ---------------------------------------------------------------- any harness

  @Override
  public String adapter() {
    return adapter;
  }

  @Override
  public String uri() {
    return "ws://127.0.0.1:" + proxy.port() + (replays ? "?replays=true" : "");
  }

  @Override
  public PeerScript script() {
    return script;
  }

  @Override
  public Set<Trouble> troubles() {
    return troubles.all();
  }

  @Override
  public void cause(Trouble trouble) {
    boolean ofReply =
        trouble == Trouble.CUT_REPLY
            || trouble == Trouble.TRUNCATE_REPLY
            || trouble == Trouble.TRICKLE;
    if (ofReply && calls) {
      onRequest.set(trouble);
    } else {
      troubles.cause(trouble);
    }
  }

  @Override
  public void heal() {
    onRequest.set(null);
    troubles.heal();
  }

  @Override
  public boolean acceptsAnyType() {
    return true; // Jackson
  }

  @Override
  public boolean isOwnThread(Thread thread) {
    String name = thread.getName().toLowerCase(java.util.Locale.ROOT);
    return name.contains("grizzly")
        || name.startsWith("parley-fault-proxy")
        || name.startsWith("peers-on-node")
        || name.startsWith("process reaper");
  }

  @Override
  public <C extends Channel> Optional<C> openWithOwnClient(Parley parley, Class<C> capability) {
    ClientManager own =
        ClientManager.createClient(
            "org.glassfish.tyrus.container.grizzly.client.GrizzlyClientContainer");
    ownClient = own;
    WebSocketChannel.Builder builder = WebSocketChannel.builder(uri()).client(own);
    if (replays) {
      builder.replays();
    }
    return Optional.of(
        parley.at("ws://127.0.0.1:" + proxy.port()).provider(builder.provider()).open(capability));
  }

  @Override
  public Optional<Object> ownClient() {
    return Optional.ofNullable(ownClient);
  }

  @Override
  public Optional<Class<?>> nativeClient() {
    return Optional.of(ClientManager.class);
  }

  @Override
  public <C extends Channel> Optional<C> openCustomized(
      Parley parley, Class<C> capability, Runnable customizer) {
    WebSocketChannel.Builder builder =
        WebSocketChannel.builder(uri()).customize(config -> customizer.run());
    return Optional.of(parley.at(uri()).provider(builder.provider()).open(capability));
  }

  @Override
  public Optional<Class<?>> nativeFailure() {
    return Optional.of(java.io.IOException.class);
  }

  // ---------------------------------------------------------------- calls

  @Override
  public Operation<Note, Note> operation(Idempotency idempotency) {
    return Operation.of("notes.echo", Note.class, Note.class)
        .with(idempotency)
        .bind(WebSocket.at(CALLS).correlation(new Framed.Correlated()));
  }

  @Override
  public Optional<Operation<Note, Note>> unboundOperation() {
    return Optional.of(Operation.of("notes.echo", Note.class, Note.class));
  }

  @Override
  public Optional<Operation<Note, Note>> nativelyBound(Runnable used) {
    return Optional.of(
        Operation.of("notes.echo", Note.class, Note.class)
            .bind(
                WebSocket.at(CALLS)
                    .correlation(new Framed.Correlated())
                    .nativeConfig(config -> used.run())));
  }

  @Override
  public Optional<Class<?>> nativeReply() {
    return Optional.of(Payload.class);
  }

  // ---------------------------------------------------------------- sessions

  @Override
  public Operation<Note, Note> session() {
    return Operation.of("notes.talk", Note.class, Note.class).bind(WebSocket.at(NOTES));
  }

  @Override
  public int connects() {
    return connects.get();
  }

  @Override
  public int sessions() {
    return connections.size();
  }

  @Override
  public void say(Note note) {
    connections.forEach(connection -> connection.send(note.toBytes()));
  }

  @Override
  public void endByPeer() {
    connections.forEach(Connection::end);
  }

  @Override
  public void holdReading(boolean hold) {
    peer.holdReading(hold);
  }

  @Override
  public boolean heardCompletion() {
    return false;
  }

  // ---------------------------------------------------------------- feeds

  @Override
  public Operation<Void, Note> stream() {
    return Operation.of("notes.feed", Void.class, Note.class)
        .bind(WebSocket.at(FEED).replay(new ById()));
  }

  private static final class ById implements Replay {
    @Override
    public Optional<String> position(Payload message) {
      return id(message.toByteArray());
    }

    @Override
    public Object subscribe(@Nullable Object request, Optional<String> position) {
      return position.orElse("");
    }
  }

  @Override
  public void publish(Note note) {
    publish(note.toBytes());
  }

  @Override
  public void publishGarbage() {
    publish("not a note".getBytes());
  }

  private void publish(byte[] bytes) {
    peer.awaitOpened(); // who is told of a connection must get what is published then
    synchronized (log) {
      log.add(bytes);
      List.copyOf(subscribers).forEach(each -> each.send(bytes));
    }
  }

  @Override
  public void end() {
    synchronized (log) {
      ended = true;
      List.copyOf(subscribers).forEach(Connection::end);
    }
  }

  @Override
  public void close() {
    proxy.close();
    peer.close();
    if (ownClient != null) {
      ownClient.shutdown();
    }
  }
}
