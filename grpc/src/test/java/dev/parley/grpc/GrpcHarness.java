package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.testkit.conformance.CallHarness;
import dev.parley.testkit.conformance.DuplexHarness;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.fault.FaultProxy;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;

/** A server of notes behind a fault proxy. */
final class GrpcHarness implements CallHarness, StreamHarness, DuplexHarness {
  private static final Set<String> WARM = ConcurrentHashMap.newKeySet();

  private final AtomicReference<Trouble> onRequest = new AtomicReference<>();
  private final String adapter;
  private final NotesPeer server;
  private final FaultProxy proxy;
  private final ProxyTroubles troubles;
  private volatile boolean troubled;
  private ManagedChannel ownClient;

  GrpcHarness() {
    this("grpc", NotesServer::new);
  }

  GrpcHarness(String adapter, Function<Predicate<Note>, NotesPeer> peer) {
    this.adapter = adapter;
    server = peer.apply(note -> isTroubled());
    proxy = FaultProxy.to(server.port());
    troubles = new ProxyTroubles(proxy);
    if (WARM.add(adapter)) {
      warmUp();
    }
  }

  // The first calls of a JVM, and the first question for a sign of life, take longer than some
  // tests give them.
  private void warmUp() {
    try (Parley parley = Parley.builder().codecs(Note.codecs()).build()) {
      CallChannel channel = open(parley, CallChannel.class);
      channel.call(operation(Idempotency.SAFE), new Note("warm", ""));
      Operation<byte[], byte[]> health =
          Operation.of("health", byte[].class, byte[].class)
              .bind(Grpc.unary("grpc.health.v1.Health/Check"));
      assertThat(catchThrowable(() -> channel.call(health, new byte[0])))
          .isInstanceOf(UnimplementedException.class);
    }
    server.script = new PeerScript();
  }

  // The first bytes of an HTTP/2 connection are no reply yet: the server says when one begins.
  private boolean isTroubled() {
    Trouble trouble = onRequest.get();
    if (trouble == null) {
      return false;
    }
    if (trouble == Trouble.TRICKLE) {
      troubles.cause(trouble);
      return false;
    }
    if (!onRequest.compareAndSet(trouble, null)) {
      return false;
    }
    if (trouble == Trouble.TRUNCATE_REPLY) {
      troubles.cause(trouble);
      return false;
    }
    proxy.cutAll();
    return true;
  }

  @Override
  public String adapter() {
    return adapter;
  }

  @Override
  public String uri() {
    return "grpc://127.0.0.1:" + proxy.port();
  }

  // Connected before the test's clock runs: on a busy machine a new connection takes longer than
  // some tests give a whole call.
  @Override
  public <C extends Channel> C open(Parley parley, Class<C> capability) {
    C channel = parley.open(uri(), capability);
    ManagedChannel connecting = channel.unwrap(ManagedChannel.class).orElseThrow();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!troubled
        && connecting.getState(true) != ConnectivityState.READY
        && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    return channel;
  }

  @Override
  public PeerScript script() {
    return server.script;
  }

  @Override
  public Set<Trouble> troubles() {
    return troubles.all();
  }

  @Override
  public void cause(Trouble trouble) {
    troubled = true;
    switch (trouble) {
      case CUT_REPLY, TRUNCATE_REPLY, TRICKLE -> onRequest.set(trouble);
      default -> troubles.cause(trouble);
    }
  }

  @Override
  public void heal() {
    onRequest.set(null);
    troubles.heal();
    troubled = false;
  }

  @Override
  public Duration shortestHint() {
    return Duration.ofMillis(1);
  }

  @Override
  public boolean acceptsAnyType() {
    return true; // Jackson
  }

  @Override
  public boolean carriesHeaders() {
    return true;
  }

  @Override
  public Optional<String> lastHeader(String name) {
    return server.lastHeader(name.toLowerCase(Locale.ROOT));
  }

  @Override
  public boolean noticesAbandonedCallers() {
    return true;
  }

  @Override
  public OptionalInt connections() {
    return OptionalInt.of(proxy.open());
  }

  // Threads that all channels and servers of a JVM share and that end when they are idle.
  @Override
  public boolean isOwnThread(Thread thread) {
    return thread.getName().startsWith("grpc-")
        || thread.getName().startsWith("process reaper")
        || thread.getName().equals("notes-of-node")
        || thread.getName().startsWith("parley-fault-proxy");
  }

  @Override
  public <C extends Channel> Optional<C> openWithOwnClient(Parley parley, Class<C> capability) {
    if (ownClient == null) {
      ownClient =
          ManagedChannelBuilder.forAddress("127.0.0.1", proxy.port()).usePlaintext().build();
    }
    return Optional.of(
        parley
            .at(uri())
            .provider(GrpcChannel.builder(uri()).client(ownClient).provider())
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
            .provider(GrpcChannel.builder(uri()).customize(builder -> customizer.run()).provider())
            .open(capability));
  }

  @Override
  public Optional<Class<?>> nativeClient() {
    return Optional.of(ManagedChannel.class);
  }

  @Override
  public Optional<Class<?>> nativeReply() {
    return Optional.of(ClientCall.class);
  }

  @Override
  public Optional<Class<?>> nativeFailure() {
    return Optional.of(StatusRuntimeException.class);
  }

  @Override
  public Operation<Note, Note> operation(Idempotency idempotency) {
    return Operation.of("notes.echo", Note.class, Note.class)
        .with(idempotency)
        .bind(Grpc.unary("notes.Notes/Echo"));
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
                Grpc.<Note, Note>unary("notes.Notes/Echo")
                    .nativeOptions(options -> {
                      used.run();
                      return options;
                    })));
  }

  @Override
  public Operation<Void, Note> stream() {
    return Operation.of("notes.watch", Void.class, Note.class)
        .bind(
            Grpc.<Void, Note>serverStream("notes.Notes/Watch")
                .resumeByHeader(NotesPeer.RESUME_TOKEN, Note::id));
  }

  @Override
  public Optional<Operation<Void, Note>> unboundStream() {
    return Optional.of(Operation.of("notes.watch", Void.class, Note.class));
  }

  @Override
  public void publish(Note note) {
    server.publish(note.toBytes());
  }

  @Override
  public void publishGarbage() {
    server.publish(new byte[] {7});
  }

  @Override
  public void end() {
    server.end();
  }

  @Override
  public int connects() {
    return server.connects.get();
  }

  @Override
  public Operation<Note, Note> session() {
    return Operation.of("notes.talk", Note.class, Note.class).bind(Grpc.bidi("notes.Notes/Talk"));
  }

  @Override
  public Optional<Operation<Note, Note>> unboundSession() {
    return Optional.of(Operation.of("notes.talk", Note.class, Note.class));
  }

  @Override
  public int sessions() {
    return server.sessions();
  }

  @Override
  public void say(Note note) {
    server.say(note.toBytes());
  }

  @Override
  public void endByPeer() {
    server.endSessions();
  }

  @Override
  public void holdReading(boolean hold) {
    server.holdReading(hold);
  }

  @Override
  public void keepCompletedSessions() {
    server.keepCompletedSessions();
  }

  @Override
  public boolean heardCompletion() {
    return server.heardCompletion;
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
    if (ownClient != null) {
      ownClient.shutdownNow();
    }
  }
}
