package dev.parley.graphql;

import dev.parley.Failure;
import dev.parley.Idempotency;
import dev.parley.ParleyException;
import dev.parley.http.HttpExchange;
import dev.parley.http.HttpTransport;
import dev.parley.spi.Attempt;
import dev.parley.spi.DriverContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.Dispatcher;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import org.jspecify.annotations.Nullable;

/** Opens the web sockets of one endpoint. */
final class Sockets {
  /** How long a server may take to answer a close, before the connection is dropped. */
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private static final String PROTOCOL = "graphql-transport-ws";
  private static final int SWITCHING = 101;

  private final HttpTransport transport;
  private final OkHttpClient client;
  private final HttpUrl url;

  Sockets(HttpTransport transport, HttpUrl url, String name) {
    this.transport = transport;
    this.url = url;
    Dispatcher dispatcher = new Dispatcher(new Dedicated(transport.context(), name));
    dispatcher.setMaxRequests(Integer.MAX_VALUE);
    dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
    // A reader that waits for its consumer would not see the pong of a ping of OkHttp's own; how
    // long a peer may be silent is for the engine to watch.
    this.client =
        transport
            .client()
            .newBuilder()
            .dispatcher(dispatcher)
            .pingInterval(Duration.ZERO)
            .readTimeout(Duration.ZERO)
            .callTimeout(Duration.ZERO)
            .webSocketCloseTimeout(FAREWELL)
            .build();
  }

  /** Returns the handshake for a link, which is made anew when it has to be repeated. */
  HttpExchange<SocketLink> open(Bound<?> bound, Supplier<SocketLink> links) {
    return new Handshake(bound, links);
  }

  private final class Handshake extends HttpExchange<SocketLink> {
    private final Bound<?> bound;
    private final Supplier<SocketLink> links;
    private @Nullable SocketLink link; // of the last attempt

    Handshake(Bound<?> bound, Supplier<SocketLink> links) {
      super(transport, Idempotency.SAFE);
      this.bound = bound;
      this.links = links;
    }

    @Override
    protected String describe() {
      return bound.describe();
    }

    @Override
    protected Request request(Attempt<SocketLink> attempt) {
      Headers headers = headers(Headers.of("Sec-WebSocket-Protocol", PROTOCOL), attempt);
      return bound.changed(new Request(url, headers, "GET", null));
    }

    @Override
    protected Response upgrade(Request request, Attempt<SocketLink> attempt) throws IOException {
      SocketLink next = links.get();
      link = next;
      WebSocket socket = client.newWebSocket(request, next.listener());
      attempt.onCancel(socket::cancel);
      try {
        return next.handshake();
      } catch (InterruptedException e) {
        socket.cancel();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }

    @Override
    protected boolean lasts() {
      return true;
    }

    @Override
    protected boolean accepts(Response response) {
      return response.code() == SWITCHING;
    }

    @Override
    protected SocketLink read(Response response) {
      SocketLink open = Objects.requireNonNull(link);
      if (!PROTOCOL.equals(response.header("Sec-WebSocket-Protocol"))) {
        open.abort();
        throw Problems.protocol(
            bound.describe() + " was answered by a web socket that does not speak " + PROTOCOL);
      }
      return open;
    }

    @Override
    protected ParleyException refused(Failure failure, Response response) {
      return Errors.failure(bound, failure, List.of(), response);
    }
  }

  /** Each socket is read by a thread of its own, which may wait for its consumer. */
  private static final class Dedicated extends AbstractExecutorService {
    private final DriverContext context;
    private final String name;

    Dedicated(DriverContext context, String name) {
      this.context = context;
      this.name = name;
    }

    @Override
    public void execute(Runnable task) {
      context.dedicated(name, task).start();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
