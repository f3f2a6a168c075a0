package dev.parley.graphql;

import dev.parley.Gap;
import dev.parley.Headers;
import dev.parley.PartialFailure;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.http.Json;
import dev.parley.spi.Codecs;
import dev.parley.spi.Continuity;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.SourceRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One subscription on one web socket, by graphql-transport-ws. Its reader waits where the engine
 * has no room: then nothing is read, and TCP holds the server back.
 */
final class SocketLink extends WebSocketListener implements PushLink {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int NORMAL = 1000;

  private final Bound<?> bound;
  private final SourceRequest.OfStream request;
  private final Inlet inlet;
  private final String id;

  private final CompletableFuture<Response> opened = new CompletableFuture<>();
  private final CompletableFuture<Void> acknowledged = new CompletableFuture<>();
  private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
  private final Semaphore credit = new Semaphore(0);
  private volatile @Nullable WebSocket socket;
  private volatile @Nullable Duration credentialsLeft;
  private volatile boolean over;

  SocketLink(Bound<?> bound, SourceRequest.OfStream request, Inlet inlet, String id) {
    this.bound = bound;
    this.request = request;
    this.inlet = inlet;
    this.id = id;
  }

  /** Returns how long each step of a connect may take. */
  static Duration patience(SourceRequest.OfStream request) {
    Duration silence = request.options().silence();
    return silence.compareTo(PATIENCE) < 0 ? silence : PATIENCE;
  }

  /** Waits for the answer to the handshake, which may say no. */
  Response handshake() throws IOException, InterruptedException {
    try {
      return opened.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  /**
   * Introduces itself, waits to be let in, subscribes, and waits until the server has seen that:
   * what happens from then on is an element, and what happened before can be reloaded.
   *
   * @param left how long the credential of the handshake is still good, or null if not known
   */
  void subscribe(Settings settings, @Nullable Duration left) throws Exception {
    credentialsLeft = left;
    byte[] payload = settings.initPayload(bound.transport().context().codecs());
    send("{\"type\":\"connection_init\"", payload);
    await(acknowledged, "connection_init");
    send(
        "{\"type\":\"subscribe\",\"id\":" + JsonText.quoted(id),
        bound.envelope().full(bound.encode(request.request())));
    ping();
    await(subscribed, "the ping behind its subscription");
  }

  private void await(CompletableFuture<Void> answer, String what) throws Exception {
    Duration limit = patience(request);
    try {
      answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      throw Problems.lost(
          "the server did not answer " + what + " within " + limit.toMillis() + " ms");
    }
  }

  private void send(String begin, byte @Nullable [] payload) {
    byte[] message =
        payload == null
            ? JsonText.utf8(begin + "}")
            : Envelope.join(JsonText.utf8(begin + ",\"payload\":"), payload, new byte[] {'}'});
    WebSocket open = socket;
    if (open != null) {
      open.send(new String(message, StandardCharsets.UTF_8));
    }
  }

  // ---------------------------------------------------------------- what the socket tells

  @Override
  public void onOpen(WebSocket newSocket, Response response) {
    socket = newSocket;
    if (over) {
      newSocket.cancel();
    }
    opened.complete(response);
  }

  @Override
  public void onMessage(WebSocket from, String text) {
    try {
      received(Json.of(JsonText.utf8(text)));
    } catch (IllegalArgumentException e) {
      lost(Problems.protocol("the server sent a message that is not JSON"));
    } catch (InterruptedException e) {
      lost(e);
    }
  }

  @Override
  public void onMessage(WebSocket from, ByteString bytes) {
    lost(Problems.protocol("the server sent a binary message, which the protocol does not have"));
  }

  @Override
  public void onClosing(WebSocket from, int code, String reason) {
    from.close(NORMAL, null);
    lost(code == NORMAL ? new EndOfStream() : CloseCodes.failure(code));
  }

  @Override
  public void onFailure(WebSocket from, Throwable failure, @Nullable Response response) {
    if (response != null && !opened.isDone()) {
      opened.complete(response);
    } else {
      opened.completeExceptionally(failure);
    }
    lost(failure);
  }

  private void received(Json message) throws InterruptedException {
    inlet.alive();
    String type = message.text("/type");
    switch (type == null ? "" : type) {
      case "connection_ack" -> acknowledged.complete(null);
      case "ping" -> send("{\"type\":\"pong\"", null);
      case "pong" -> subscribed.complete(null);
      case "next" -> next(message);
      case "error" -> refused(message);
      case "complete" -> {
        if (isMine(message)) {
          subscribed.complete(null);
          inlet.ended();
        }
      }
      default ->
          lost(Problems.protocol("the server sent a message of a type that the protocol lacks"));
    }
  }

  private void next(Json message) throws InterruptedException {
    Json payload = message.at("/payload");
    if (!isMine(message) || payload == null) {
      lost(Problems.protocol("the server sent an element of no subscription"));
      return;
    }
    subscribed.complete(null);
    if (!over) {
      credit.acquire();
    }
    Inbound element = new Inbound(Payload.of(payload.toByteArray(), Bound.JSON));
    Json errors = payload.at("/errors");
    inlet.deliver(
        errors == null ? element : element.headers(Headers.of(GraphQl.ERRORS, line(errors))));
  }

  private void refused(Json message) {
    Json errors = message.at("/payload");
    if (isMine(message) && errors != null) {
      List<PartialFailure> read = Errors.list(errors, bound.transport().context().codecs());
      lost(Errors.failure(bound, read, false, opened.join()));
    }
  }

  // Between its values JSON may be broken into lines, which a header may not.
  private static String line(Json json) {
    return new String(json.toByteArray(), StandardCharsets.UTF_8)
        .replace('\n', ' ')
        .replace('\r', ' ');
  }

  private boolean isMine(Json message) {
    return id.equals(message.text("/id"));
  }

  // As long as it connects, whoever connects hears it.
  private void lost(Throwable cause) {
    boolean greeting = acknowledged.completeExceptionally(cause);
    boolean subscribing = subscribed.completeExceptionally(cause);
    if (!greeting && !subscribing && !over) {
      inlet.lost(cause);
    }
  }

  // ---------------------------------------------------------------- what the engine asks for

  @Override
  public Continuity continuity() {
    return request.connection() == 1
        ? new Continuity(Gap.NONE, "a new subscription")
        : new Continuity(Gap.POSSIBLE, "a subscription begins anew with each connection");
  }

  @Override
  public void request(int more) {
    credit.release(more);
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // the reader is that of the type; Void is null
  public <T> T decode(Inbound inbound, TypeRef<T> type, Codecs codecs) {
    Json envelope = Json.of(inbound.payload().toByteArray());
    return (T) bound.reader().result(envelope, opened.join()).value();
  }

  @Override
  public @Nullable Duration credentialsLeft() {
    return credentialsLeft;
  }

  @Override
  public void ping() {
    send("{\"type\":\"ping\"", null);
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    WebSocket open = socket;
    return nativeType.isInstance(open) ? Optional.of(nativeType.cast(open)) : Optional.empty();
  }

  @Override
  public void close() {
    over = true;
    send("{\"type\":\"complete\",\"id\":" + JsonText.quoted(id), null);
    WebSocket open = socket;
    if (open != null) {
      open.close(NORMAL, null);
    }
    credit.release(); // the reader may wait for it; what it delivers now is ignored
  }

  @Override
  public void abort() {
    over = true;
    WebSocket open = socket;
    if (open != null) {
      open.cancel();
    }
    credit.release();
  }
}
