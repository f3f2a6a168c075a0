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
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.glassfish.tyrus.client.ClientManager;
import org.jspecify.annotations.Nullable;

/** A real WebSocket server behind a fault proxy: it echoes, and it has a feed that may replay. */
final class WebSocketHarness implements DuplexHarness, StreamHarness, CallHarness {
  private final PeerScript script = new PeerScript();
  private final TestServer server;
  private final FaultProxy proxy;
  private final ProxyTroubles troubles;
  private final boolean replays;
  private final boolean calls;
  private final AtomicReference<Trouble> onRequest = new AtomicReference<>();
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connects = new AtomicInteger();
  private final AtomicInteger cut = new AtomicInteger(); // upgrades that became no connection
  private final Object reading = new Object();
  private boolean held; // guarded by reading

  // Guarded by itself.
  private final List<byte[]> log = new ArrayList<>();
  private final List<Session> subscribers = new ArrayList<>();
  private boolean ended; // guarded by log
  private @Nullable ClientManager ownClient;

  WebSocketHarness(boolean replays) {
    this(replays, false);
  }

  static WebSocketHarness ofCalls() {
    return new WebSocketHarness(false, true);
  }

  private WebSocketHarness(boolean replays, boolean calls) {
    this.replays = replays;
    this.calls = calls;
    server =
        TestServer.start(Map.of("/notes", Echo::new, "/feed", Feed::new, "/calls", Answering::new));
    proxy = FaultProxy.to(server.port());
    troubles = new ProxyTroubles(proxy);
  }

  /** What all connections to it have in common. */
  private abstract class Counted extends Endpoint {
    @Override
    public void onOpen(Session session, EndpointConfig config) {
      session.setMaxIdleTimeout(-1);
      sessions.add(session);
      opened(session);
      connects.incrementAndGet();
    }

    abstract void opened(Session session);

    @Override
    public void onClose(Session session, CloseReason reason) {
      sessions.remove(session);
      synchronized (log) {
        subscribers.remove(session);
      }
    }

    @Override
    public void onError(Session session, Throwable problem) {
      // It is closed next.
    }
  }

  private final class Echo extends Counted {
    @Override
    void opened(Session session) {
      session.addMessageHandler(
          byte[].class,
          bytes -> {
            awaitReading();
            script.arrived(Note.of(bytes), null);
            session.getAsyncRemote().sendBinary(ByteBuffer.wrap(bytes));
          });
    }
  }

  /** Answers calls; a request has its id and key before it, a reply its id, a status and a hint. */
  private final class Answering extends Counted {
    @Override
    void opened(Session session) {
      session.addMessageHandler(byte[].class, bytes -> answer(session, new Framed(bytes)));
    }

    private void answer(Session session, Framed request) {
      Act act = script.arrived(Note.of(request.body()), request.second());
      if (isTroubled(session)) {
        return;
      }
      switch (act.kind()) {
        case ECHO -> reply(session, request, "200", request.body());
        case BUSY -> reply(session, request, "500", new byte[0]);
        case FORBID -> reply(session, request, "403", new byte[0]);
        case GARBAGE -> reply(session, request, "200", "not a note".getBytes());
        case DECLINE -> {
          java.time.Duration wait = act.retryAfter();
          reply(session, request, wait == null ? "429" : "429+" + wait.toMillis(), new byte[0]);
        }
        case HOLD ->
            script.released().thenRun(() -> reply(session, request, "200", request.body()));
      }
    }

    private void reply(Session session, Framed request, String status, byte[] body) {
      send(session, Framed.bytes(request.first(), status, body));
    }
  }

  // A handshake has a reply of its own, so that only the server can tell where that of a call is.
  private boolean isTroubled(Session session) {
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

  private final class Feed extends Counted {
    @Override
    void opened(Session session) {
      if (replays) {
        session.addMessageHandler(String.class, after -> subscribe(session, after));
      } else {
        synchronized (log) {
          subscribers.add(session);
        }
      }
    }
  }

  private void subscribe(Session session, String after) {
    synchronized (log) {
      int from = 0;
      for (int i = 0; i < log.size(); i++) {
        if (!after.isEmpty() && id(log.get(i)).equals(Optional.of(after))) {
          from = i + 1;
        }
      }
      log.subList(from, log.size()).forEach(bytes -> send(session, bytes));
      subscribers.add(session);
      if (ended) {
        end(session);
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

  private static void send(Session session, byte[] bytes) {
    try {
      session.getAsyncRemote().sendBinary(ByteBuffer.wrap(bytes));
    } catch (RuntimeException e) {
      // It has gone.
    }
  }

  private static void end(Session session) {
    try {
      session.close(new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, "the end"));
    } catch (java.io.IOException | RuntimeException e) {
      // It has gone.
    }
  }

  private void awaitReading() {
    synchronized (reading) {
      while (held) {
        try {
          reading.wait();
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  // ---------------------------------------------------------------- any harness

  @Override
  public String adapter() {
    return replays ? "websocket that replays" : "websocket";
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
    return name.contains("grizzly") || name.startsWith("parley-fault-proxy");
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
        .bind(WebSocket.at("/calls").correlation(new Framed.Correlated()));
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
                WebSocket.at("/calls")
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
    return Operation.of("notes.talk", Note.class, Note.class).bind(WebSocket.at("/notes"));
  }

  @Override
  public int connects() {
    return connects.get();
  }

  @Override
  public int sessions() {
    return sessions.size();
  }

  @Override
  public void say(Note note) {
    sessions.forEach(session -> send(session, note.toBytes()));
  }

  @Override
  public void endByPeer() {
    sessions.forEach(WebSocketHarness::end);
  }

  @Override
  public void holdReading(boolean hold) {
    synchronized (reading) {
      held = hold;
      reading.notifyAll();
    }
  }

  @Override
  public boolean heardCompletion() {
    return false;
  }

  // ---------------------------------------------------------------- feeds

  @Override
  public Operation<Void, Note> stream() {
    return Operation.of("notes.feed", Void.class, Note.class)
        .bind(WebSocket.at("/feed").replay(new ById()));
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
    awaitOpened();
    synchronized (log) {
      log.add(bytes);
      List.copyOf(subscribers).forEach(each -> send(each, bytes));
    }
  }

  // Who is told of a connection must get what is published then. An upgrade may have been cut.
  private void awaitOpened() {
    int upgrades = server.upgrades();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (connects.get() + cut.get() < upgrades) {
      if (System.nanoTime() - end > 0) {
        cut.set(upgrades - connects.get());
      }
      LockSupport.parkNanos(100_000);
    }
  }

  @Override
  public void end() {
    synchronized (log) {
      ended = true;
      List.copyOf(subscribers).forEach(WebSocketHarness::end);
    }
  }

  @Override
  public void close() {
    holdReading(false);
    proxy.close();
    server.close();
    if (ownClient != null) {
      ownClient.shutdown();
    }
  }
}
