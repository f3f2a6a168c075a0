package dev.parley.graphql;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.testkit.conformance.CallHarness;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.fault.FaultProxy;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/** A real server behind a fault proxy. */
abstract class GraphQlHarness implements CallHarness, StreamHarness {
  private static final Set<String> WARM = ConcurrentHashMap.newKeySet();
  private static final String QUERY =
      "query Echo($id: String!, $text: String!) { echo(id: $id, text: $text) { id text } }";

  private final SubscriptionProtocol protocol;
  private final String adapter;
  private volatile PeerScript script = new PeerScript();
  private final ConnectionPool pool = new ConnectionPool();
  private Server server;
  private FaultProxy proxy;
  private ProxyTroubles troubles;
  private OkHttpClient ownClient;

  GraphQlHarness(SubscriptionProtocol protocol, String server) {
    this.protocol = protocol;
    this.adapter =
        switch (protocol) {
          case WEB_SOCKET -> "graphql, " + server;
          case SSE -> "graphql over SSE, " + server;
          case MULTIPART -> "graphql over multipart, " + server;
        };
  }

  /** Puts the proxy in front of the server. */
  final void reach(Server reached) {
    server = reached;
    proxy = FaultProxy.to(server.port());
    troubles = new ProxyTroubles(proxy);
    if (WARM.add(adapter)) {
      warmUp();
    }
  }

  // The first call of a JVM takes longer than some tests give a whole call.
  private void warmUp() {
    try (Parley parley = Parley.create()) {
      open(parley, CallChannel.class).call(operation(Idempotency.SAFE), new Note("warm", ""));
    }
    pool.evictAll();
    script = new PeerScript();
  }

  @Override
  public String adapter() {
    return adapter;
  }

  @Override
  public String uri() {
    return "graphql+http://127.0.0.1:" + proxy.port() + "/graphql";
  }

  private GraphQlChannel.Builder builder() {
    return GraphQlChannel.builder(uri())
        .subscriptions(protocol)
        .customize(okHttp -> okHttp.connectionPool(pool));
  }

  private static <C extends Channel> C open(
      Parley parley, String uri, GraphQlChannel.Builder builder, Class<C> capability) {
    return parley.at(uri).provider(builder.provider()).open(capability);
  }

  @Override
  public <C extends Channel> C open(Parley parley, Class<C> capability) {
    return open(parley, uri(), builder(), capability);
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
  public boolean acceptsAnyType() {
    return true; // Jackson
  }

  @Override
  public boolean carriesHeaders() {
    return true;
  }

  // Threads of OkHttp and Okio that all clients of a JVM share and that end when they are idle.
  @Override
  public boolean isOwnThread(Thread thread) {
    String name = thread.getName();
    return name.startsWith("XNIO")
        || name.startsWith("script-")
        || name.startsWith("process reaper")
        || name.startsWith("parley-fault-proxy")
        || name.startsWith("OkHttp TaskRunner")
        || name.startsWith("Okio Watchdog");
  }

  @Override
  public <C extends Channel> Optional<C> openWithOwnClient(Parley parley, Class<C> capability) {
    if (ownClient == null) {
      ownClient = new OkHttpClient();
    }
    return Optional.of(
        open(
            parley,
            uri(),
            GraphQlChannel.builder(uri()).subscriptions(protocol).client(ownClient),
            capability));
  }

  @Override
  public Optional<Object> ownClient() {
    return Optional.ofNullable(ownClient);
  }

  @Override
  public <C extends Channel> Optional<C> openCustomized(
      Parley parley, Class<C> capability, Runnable customizer) {
    return Optional.of(
        open(parley, uri(), builder().customize(okHttp -> customizer.run()), capability));
  }

  @Override
  public Optional<Class<?>> nativeClient() {
    return Optional.of(OkHttpClient.class);
  }

  @Override
  public Optional<Class<?>> nativeReply() {
    return Optional.of(Response.class);
  }

  @Override
  public Optional<Class<?>> nativeFailure() {
    return Optional.of(java.io.IOException.class);
  }

  @Override
  public Operation<Note, Note> operation(Idempotency idempotency) {
    String document = idempotency == Idempotency.SAFE ? QUERY : QUERY.replace("query", "mutation");
    return bare().with(idempotency).bind(GraphQl.document(document).at("/echo"));
  }

  @Override
  public Optional<Operation<Note, Note>> unboundOperation() {
    return Optional.of(bare());
  }

  @Override
  public Optional<Operation<Note, Note>> nativelyBound(Runnable used) {
    return Optional.of(
        bare()
            .bind(
                GraphQl.document(QUERY)
                    .at("/echo")
                    .nativeRequest(request -> {
                      used.run();
                      return request;
                    })));
  }

  @Override
  public Operation<Void, Note> stream() {
    return Operation.of("notes.watch", Void.class, Note.class)
        .bind(GraphQl.document("subscription Notes { notes { id text } }").at("/notes"));
  }

  @Override
  public Optional<Operation<Void, Note>> unboundStream() {
    return Optional.of(Operation.of("notes.watch", Void.class, Note.class));
  }

  @Override
  public void publish(Note note) {
    server.publish(note.id(), note.text());
  }

  @Override
  public void publishGarbage() {
    server.publish("garbage", null);
  }

  @Override
  public void end() {
    server.end();
  }

  @Override
  public int connects() {
    return server.subscriptions();
  }

  private static Operation<Note, Note> bare() {
    return Operation.of("notes.echo", Note.class, Note.class);
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
    pool.evictAll();
    if (ownClient != null) {
      ownClient.dispatcher().executorService().shutdown();
      ownClient.connectionPool().evictAll();
    }
  }
}
