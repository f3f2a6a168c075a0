package dev.parley.rest;

import dev.parley.Channel;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.http.Http;
import dev.parley.http.Tls;
import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.CallHarness;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.testkit.conformance.TrackedSockets;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.fault.FaultProxy;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HttpString;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * A real HTTP server behind a fault proxy that also has a listing that grows, over HTTP/1.1, HTTP/2
 * without TLS, or with it.
 */
final class RestHarness implements CallHarness, StreamHarness {
  /** What is spoken. */
  enum Version {
    HTTP_1_1,
    H2C,
    H2
  }

  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).build();
  private static final HeldCertificate CERTIFICATE =
      new HeldCertificate.Builder()
          .signedBy(AUTHORITY)
          .addSubjectAlternativeName("127.0.0.1")
          .addSubjectAlternativeName("localhost")
          .build();

  private static final AtomicBoolean WARM = new AtomicBoolean();
  private static final SSLContext SERVING =
      new HandshakeCertificates.Builder()
          .heldCertificate(CERTIFICATE, AUTHORITY.certificate())
          .build()
          .sslContext();

  private final Version version;
  private final GrowingListing feed = new GrowingListing();
  private final AtomicInteger connects = new AtomicInteger();
  private final TrackedSockets sockets = new TrackedSockets();
  private volatile PeerScript script = new PeerScript();
  private final Undertow server;
  private final FaultProxy proxy;
  private final ProxyTroubles troubles;
  private volatile io.undertow.util.HeaderMap lastHeaders = new io.undertow.util.HeaderMap();
  private final AtomicReference<Trouble> onRequest = new AtomicReference<>();
  private final AtomicBoolean troubled = new AtomicBoolean();
  private OkHttpClient ownClient;

  RestHarness(Version version) {
    this.version = version;
    Undertow.Builder builder =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(100)
            // Undertow keeps the date for all servers of a JVM, and one that stops at the wrong
            // moment
            // leaves it as it is for good.
            .setServerOption(UndertowOptions.ALWAYS_SET_DATE, false)
            .setServerOption(UndertowOptions.ENABLE_HTTP2, version != Version.HTTP_1_1)
            .setHandler(new BlockingHandler(this::answer));
    if (version == Version.H2) {
      builder.addHttpsListener(0, "127.0.0.1", SERVING);
    } else {
      builder.addHttpListener(0, "127.0.0.1");
    }
    server = builder.build();
    server.start();
    proxy =
        FaultProxy.to(((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort());
    troubles = new ProxyTroubles(proxy);
    if (version == Version.H2 && !WARM.getAndSet(true)) {
      warmUp();
    }
  }

  // The first handshake of a JVM takes longer than some tests give a whole call.
  private void warmUp() {
    try (Parley parley = configure(Parley.builder().codecs(Note.codecs())).build()) {
      open(parley, dev.parley.CallChannel.class)
          .call(operation(Idempotency.SAFE), new Note("warm", ""));
    }
    script = new PeerScript();
  }

  private void answer(HttpServerExchange exchange) throws Exception {
    if (exchange.getRequestMethod().equalToString("GET")) {
      feed.answer(exchange);
      return;
    }
    byte[] bytes = exchange.getInputStream().readAllBytes();
    lastHeaders = exchange.getRequestHeaders();
    Note note = Note.of(bytes);
    Act act = script.arrived(note, exchange.getRequestHeaders().getFirst("Idempotency-Key"));
    if (isTroubled(exchange, bytes)) {
      return;
    }
    switch (act.kind()) {
      case ECHO -> send(exchange, 200, bytes);
      case BUSY -> send(exchange, 500, new byte[0]);
      case DECLINE -> {
        Duration wait = act.retryAfter();
        if (wait != null) {
          TestServer.header(exchange, "retry-after-ms", Long.toString(wait.toMillis()));
        }
        send(exchange, 429, new byte[0]);
      }
      case FORBID -> send(exchange, 403, new byte[0]);
      case GARBAGE -> send(exchange, 200, "not a note".getBytes());
      case HOLD -> {
        script.released().get(60, TimeUnit.SECONDS);
        send(exchange, 200, bytes);
      }
    }
  }

  // Over TLS and HTTP/2 the first bytes of a connection are no reply yet, so that the proxy cannot
  // tell where one begins: there the server says when.
  private boolean isTroubled(HttpServerExchange exchange, byte[] echo) throws Exception {
    Trouble trouble = onRequest.get();
    if (trouble == Trouble.TRICKLE) {
      troubles.cause(trouble);
      return false;
    }
    if (trouble == null || !onRequest.compareAndSet(trouble, null)) {
      return false;
    }
    if (trouble == Trouble.TRUNCATE_REPLY) {
      exchange.getResponseHeaders().put(new HttpString("Content-Type"), Note.CONTENT_TYPE);
      exchange.getResponseHeaders().put(new HttpString("Content-Length"), echo.length);
      exchange.getOutputStream().write(echo, 0, echo.length / 2);
      exchange.getOutputStream().flush();
    }
    proxy.cutAll();
    exchange.endExchange();
    return true;
  }

  private static void send(HttpServerExchange exchange, int status, byte[] body) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(new HttpString("Content-Type"), Note.CONTENT_TYPE);
    exchange.getResponseHeaders().put(new HttpString("Content-Length"), body.length);
    try {
      exchange.getOutputStream().write(body);
      exchange.getOutputStream().close();
    } catch (java.io.IOException e) {
      exchange.endExchange(); // the caller has gone
    }
  }

  @Override
  public String adapter() {
    return "rest over " + version;
  }

  @Override
  public String uri() {
    return (version == Version.H2 ? "https" : "http") + "://127.0.0.1:" + proxy.port();
  }

  private RestChannel.Builder builder() {
    RestChannel.Builder builder =
        RestChannel.builder(uri()).customize(okHttp -> okHttp.socketFactory(sockets));
    switch (version) {
      case HTTP_1_1 -> builder.http1();
      case H2C -> builder.h2c();
      case H2 -> builder.tls(Tls.DEFAULT.trust(AUTHORITY.certificate()));
    }
    return builder;
  }

  @Override
  public Parley.Builder configure(Parley.Builder builder) {
    return builder;
  }

  @Override
  public <C extends Channel> C open(Parley parley, Class<C> capability) {
    return parley
        .at(uri())
        .provider(new CountingProvider(builder().provider(), connects))
        .open(capability);
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
    troubled.set(true);
    boolean ofReply =
        trouble == Trouble.CUT_REPLY
            || trouble == Trouble.TRUNCATE_REPLY
            || trouble == Trouble.TRICKLE;
    if (ofReply && version != Version.HTTP_1_1) {
      onRequest.set(trouble);
    } else {
      troubles.cause(trouble);
    }
  }

  // A connection with TLS takes longer than the random troubles of the suite leave it: what was
  // troubled gets the time for one request.
  @Override
  public void heal() {
    onRequest.set(null);
    troubles.heal();
    if (troubled.getAndSet(false) && version == Version.H2) {
      int before = script.arrivals();
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
      while (script.arrivals() == before && System.nanoTime() - end < 0) {
        LockSupport.parkNanos(1_000_000);
      }
    }
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
    return Optional.ofNullable(lastHeaders.getFirst(name));
  }

  @Override
  public java.util.OptionalInt connections() {
    return java.util.OptionalInt.of(sockets.open());
  }

  // Threads of OkHttp and Okio that all clients of a JVM share and that end when they are idle.
  @Override
  public boolean isOwnThread(Thread thread) {
    String name = thread.getName();
    return name.startsWith("XNIO")
        || name.startsWith("parley-fault-proxy")
        || name.startsWith("OkHttp TaskRunner")
        || name.startsWith("Okio Watchdog");
  }

  @Override
  public <C extends Channel> Optional<C> openWithOwnClient(Parley parley, Class<C> capability) {
    if (ownClient == null) {
      OkHttpClient.Builder builder = new OkHttpClient.Builder();
      switch (version) {
        case HTTP_1_1 -> builder.protocols(List.of(Protocol.HTTP_1_1));
        case H2C -> builder.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        case H2 -> {
          HandshakeCertificates trust =
              new HandshakeCertificates.Builder()
                  .addTrustedCertificate(AUTHORITY.certificate())
                  .build();
          builder.sslSocketFactory(trust.sslSocketFactory(), trust.trustManager());
        }
      }
      ownClient = builder.build();
    }
    return Optional.of(
        parley
            .at(uri())
            .provider(
                new CountingProvider(
                    RestChannel.builder(uri()).client(ownClient).provider(), connects))
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
            .provider(builder().customize(okHttp -> customizer.run()).provider())
            .open(capability));
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
    return Operation.of("notes.echo", Note.class, Note.class)
        .with(idempotency)
        .bind(Http.post("/notes").contentType(Note.CONTENT_TYPE));
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
                Http.post("/notes")
                    .contentType(Note.CONTENT_TYPE)
                    .nativeRequest(request -> {
                      used.run();
                      return request;
                    })));
  }

  @Override
  public Operation<Void, Note> stream() {
    return Operation.of("notes.list", Void.class, Note.class)
        .bind(Http.get("/notes"))
        .bind(Pages.cursor("/next", "after").items("/notes"));
  }

  @Override
  public void publish(Note note) {
    feed.add("{\"id\":\"" + note.id() + "\",\"text\":\"" + note.text() + "\"}");
  }

  @Override
  public void publishGarbage() {
    feed.add("7");
  }

  @Override
  public void end() {
    feed.end();
  }

  @Override
  public int connects() {
    return connects.get();
  }

  @Override
  public Optional<Operation<Void, Note>> unboundStream() {
    return Optional.of(Operation.of("notes.list", Void.class, Note.class));
  }

  @Override
  public void close() {
    feed.end();
    proxy.close();
    server.stop();
    if (ownClient != null) {
      ownClient.dispatcher().executorService().shutdown();
      ownClient.connectionPool().evictAll();
    }
  }
}
