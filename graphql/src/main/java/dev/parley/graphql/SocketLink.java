package dev.parley.graphql;

import dev.parley.PartialFailure;
import dev.parley.http.Json;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inlet;
import dev.parley.spi.SourceRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** One subscription on one web socket, by graphql-transport-ws. */
final class SocketLink extends SubscriptionLink {
  private static final int NORMAL = 1000;

  private final String id;

  private final CompletableFuture<Response> opened = new CompletableFuture<>();
  private final CompletableFuture<Void> acknowledged = new CompletableFuture<>();
  private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
  private volatile @Nullable WebSocket socket;
  private volatile @Nullable Duration credentialsLeft;

  SocketLink(Bound<?> bound, SourceRequest.OfStream request, Inlet inlet, String id) {
    super(bound, request, inlet);
    this.id = id;
  }

  /** Returns what hears the socket. */
  WebSocketListener listener() {
    return new Listener();
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
    byte[] payload = settings.initPayload(bound().transport().context().codecs());
    send("{\"type\":\"connection_init\"", payload);
    await(acknowledged, "connection_init");
    send(
        "{\"type\":\"subscribe\",\"id\":" + JsonText.quoted(id),
        bound().envelope().full(bound().encode(request().request())));
    ping();
    await(subscribed, "the ping behind its subscription");
  }

  private void await(CompletableFuture<Void> answer, String what) throws Exception {
    Duration limit = patience(request());
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

  private final class Listener extends WebSocketListener {
    @Override
    public void onOpen(WebSocket newSocket, Response response) {
      socket = newSocket;
      if (isOver()) {
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
  }

  private void received(Json message) throws InterruptedException {
    inlet().alive();
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
          inlet().ended();
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
    deliver(payload);
  }

  private void refused(Json message) {
    Json errors = message.at("/payload");
    if (isMine(message) && errors != null) {
      List<PartialFailure> read = Errors.list(errors, bound().transport().context().codecs());
      lost(Errors.failure(bound(), read, false, opened.join()));
    }
  }

  private boolean isMine(Json message) {
    return id.equals(message.text("/id"));
  }

  // As long as it connects, whoever connects hears it.
  private void lost(Throwable cause) {
    boolean greeting = acknowledged.completeExceptionally(cause);
    boolean subscribing = subscribed.completeExceptionally(cause);
    if (!greeting && !subscribing && !isOver()) {
      inlet().lost(cause);
    }
  }

  // ---------------------------------------------------------------- what the engine asks for

  @Override
  Response response() {
    return opened.join();
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
    release();
    send("{\"type\":\"complete\",\"id\":" + JsonText.quoted(id), null);
    WebSocket open = socket;
    if (open != null) {
      open.close(NORMAL, null);
    }
  }

  @Override
  public void abort() {
    release();
    WebSocket open = socket;
    if (open != null) {
      open.cancel();
    }
  }
}
