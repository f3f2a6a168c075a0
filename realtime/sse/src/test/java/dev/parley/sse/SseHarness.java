package dev.parley.sse;

import dev.parley.Channel;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.fault.FaultProxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** A real server of events behind a fault proxy. */
final class SseHarness implements StreamHarness {
  /** How often the servers of the suites say that they are there. */
  static final int HEARTBEAT = 50;

  private static final String END = "[DONE]";

  private final String name;
  private final EventServer server;
  private final boolean replays;
  private final boolean h2c;
  private final FaultProxy proxy;
  private final ProxyTroubles troubles;
  private final PeerScript script = new PeerScript();
  private final AtomicInteger published = new AtomicInteger();
  private OkHttpClient ownClient;

  SseHarness(String name, EventServer server, boolean replays, boolean h2c) {
    this.name = name;
    this.server = server;
    this.replays = replays;
    this.h2c = h2c;
    this.proxy = FaultProxy.to(server.port());
    this.troubles = new ProxyTroubles(proxy);
  }

  @Override
  public String adapter() {
    return "sse, " + name;
  }

  @Override
  public String uri() {
    return "sse+http://127.0.0.1:" + proxy.port() + "?replays=" + replays + "&h2c=" + h2c;
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
    troubles.cause(trouble);
  }

  @Override
  public void heal() {
    troubles.heal();
  }

  @Override
  public Operation<Void, Note> stream() {
    return unbound().bind(Sse.get("/notes").until(END));
  }

  @Override
  public Optional<Operation<Void, Note>> unboundStream() {
    return Optional.of(unbound());
  }

  private static Operation<Void, Note> unbound() {
    return Operation.of("notes.watch", Void.class, Note.class);
  }

  @Override
  public void publish(Note note) {
    server.publish(nextId(), null, new String(note.toBytes(), StandardCharsets.UTF_8));
  }

  @Override
  public void publishGarbage() {
    server.publish(nextId(), null, "not a note");
  }

  @Override
  public void end() {
    server.publish(nextId(), null, END);
  }

  private String nextId() {
    return Integer.toString(published.incrementAndGet());
  }

  @Override
  public int connects() {
    return server.connects();
  }

  @Override
  public OptionalInt connections() {
    return OptionalInt.of(proxy.open());
  }

  // Threads of OkHttp and Okio that all clients of a JVM share and that end when they are idle.
  @Override
  public boolean isOwnThread(Thread thread) {
    String name = thread.getName();
    return name.startsWith("XNIO")
        || name.startsWith("node-output")
        || name.startsWith("process reaper")
        || name.startsWith("parley-fault-proxy")
        || name.startsWith("OkHttp TaskRunner")
        || name.startsWith("Okio Watchdog");
  }

  @Override
  public <C extends Channel> Optional<C> openWithOwnClient(Parley parley, Class<C> capability) {
    if (ownClient == null) {
      // With its own limits: 10 s of silence, 5 calls at once to a host.
      ownClient =
          new OkHttpClient.Builder()
              .protocols(List.of(h2c ? Protocol.H2_PRIOR_KNOWLEDGE : Protocol.HTTP_1_1))
              .connectTimeout(Duration.ofSeconds(5))
              .build();
    }
    return Optional.of(
        parley
            .at(uri())
            .provider(SseChannel.builder(uri()).client(ownClient).provider())
            .open(capability));
  }

  @Override
  public Optional<Object> ownClient() {
    return Optional.ofNullable(ownClient);
  }

  @Override
  public <C extends Channel> Optional<C> openCustomized(
      Parley parley, Class<C> capability, Runnable customizer) {
    return Optional.of(
        parley
            .at(uri())
            .provider(SseChannel.builder(uri()).customize(okHttp -> customizer.run()).provider())
            .open(capability));
  }

  @Override
  public Optional<Class<?>> nativeClient() {
    return Optional.of(OkHttpClient.class);
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
    if (ownClient != null) {
      ownClient.dispatcher().executorService().shutdown();
      ownClient.connectionPool().evictAll();
    }
  }
}
