package dev.parley.webhooks;

import dev.parley.Channel;
import dev.parley.Idempotency;
import dev.parley.Parley;
import dev.parley.Topic;
import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.SendHarness;
import dev.parley.testkit.conformance.TrackedSockets;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookSigner;
import dev.parley.webhook.WebhookVerifier;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/** A receiver that believes nothing without a signature, behind a network that fails on command. */
final class WebhookHarness implements SendHarness {
  static final Destinations LOOPBACK =
      Destinations.PUBLIC.allow("127.0.0.0/8").anyPort().plainHttp();

  private final String secret = WebhookSigner.newSecret();
  private final WebhookVerifier verifier =
      WebhookVerifier.create(Providers.STANDARD_WEBHOOKS, secret);
  private final TrackedSockets sockets = new TrackedSockets();
  private final PeerScript script = new PeerScript();
  private final Undertow server;
  private final FaultProxy proxy;
  private final ProxyTroubles troubles;
  private volatile HeaderMap lastHeaders = new HeaderMap();
  private OkHttpClient ownClient;

  WebhookHarness() {
    server =
        Undertow.builder()
            .setIoThreads(2)
            // One date serves all servers of a JVM, and may stand still when one of them is
            // stopped.
            .setServerOption(UndertowOptions.ALWAYS_SET_DATE, false)
            .setWorkerThreads(100)
            .setHandler(new BlockingHandler(this::answer))
            .addHttpListener(0, "127.0.0.1")
            .build();
    server.start();
    proxy =
        FaultProxy.to(((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort());
    troubles = new ProxyTroubles(proxy);
  }

  private void answer(HttpServerExchange exchange) throws Exception {
    byte[] bytes = exchange.getInputStream().readAllBytes();
    HeaderMap headers = exchange.getRequestHeaders();
    WebhookRequest.Builder request = WebhookRequest.builder().body(bytes);
    headers.forEach(
        each -> each.forEach(value -> request.header(each.getHeaderName().toString(), value)));
    if (!verifier.verify(request.build()).isVerified()) {
      send(exchange, 401, new byte[0]);
      return;
    }
    lastHeaders = headers;
    Note note = Note.of(bytes);
    Act act = script.arrived(note, headers.getFirst("webhook-id"));
    switch (act.kind()) {
      case ECHO -> send(exchange, 200, bytes);
      case BUSY -> send(exchange, 500, new byte[0]);
      case DECLINE -> {
        Duration wait = act.retryAfter();
        if (wait != null) {
          exchange
              .getResponseHeaders()
              .put(new HttpString("Retry-After"), Long.toString(wait.toSeconds()));
        }
        send(exchange, 429, new byte[0]);
      }
      case FORBID -> send(exchange, 410, new byte[0]);
      case GARBAGE -> send(exchange, 200, "not a note".getBytes());
      case HOLD -> {
        script.released().get(60, TimeUnit.SECONDS);
        send(exchange, 200, bytes);
      }
    }
  }

  private static void send(HttpServerExchange exchange, int status, byte[] body) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(new HttpString("Content-Length"), body.length);
    try {
      exchange.getOutputStream().write(body);
      exchange.getOutputStream().close();
    } catch (IOException e) {
      exchange.endExchange(); // the caller has gone
    }
  }

  private WebhookSender.Builder builder() {
    return WebhookSender.builder(uri() + "/hooks?tenant=7")
        .keys(SigningKeys.of(secret))
        .maxResponseBytes(1 << 20)
        .destinations(LOOPBACK);
  }

  @Override
  public String adapter() {
    return "webhooks out";
  }

  @Override
  public String uri() {
    return "http://127.0.0.1:" + proxy.port();
  }

  @Override
  public Parley.Builder configure(Parley.Builder builder) {
    return builder.provider(builder().provider());
  }

  @Override
  public <C extends Channel> C open(Parley parley, Class<C> capability) {
    WebhookSender.Builder tracked = builder().customize(okHttp -> okHttp.socketFactory(sockets));
    return parley.at(uri()).provider(tracked.provider()).open(capability);
  }

  @Override
  public Topic<Note> topic(Idempotency idempotency) {
    return Topic.of("notes", Note.class).with(idempotency);
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

  @Override
  public Optional<String> lastHeader(String name) {
    return Optional.ofNullable(lastHeaders.getFirst(name));
  }

  @Override
  public OptionalInt connections() {
    return OptionalInt.of(sockets.open());
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
    ownClient = new OkHttpClient();
    return Optional.of(
        parley.at(uri()).provider(builder().client(ownClient).provider()).open(capability));
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
  public Optional<Class<?>> nativeReceipt() {
    return Optional.of(Response.class);
  }

  @Override
  public Optional<Class<?>> nativeFailure() {
    return Optional.of(IOException.class);
  }

  @Override
  public void close() {
    proxy.close();
    server.stop();
    if (ownClient != null) {
      ownClient.dispatcher().executorService().shutdown();
      ownClient.connectionPool().evictAll();
    }
  }
}
