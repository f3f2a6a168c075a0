package dev.parley.samples.shop;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.RoutingHandler;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.GracefulShutdownHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * The shop: an HTTP server, 1.1 and 2 without TLS, in front of an {@link OrderBook}. It can be
 * killed and started again; what it had confirmed before is still there, because it is in the book.
 *
 * <p><b>Threads:</b> start, kill and close it from one thread; {@link #requests} and {@link
 * #census} are for any thread.
 */
final class ShopServer implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int LARGEST_BODY = 64 * 1024;
  private static final int WORKERS = 96;
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private final Path folder;
  private final List<Routes> parts;
  private final Answers answers = new Answers(new JsonMapper());
  private final LongAdder requests = new LongAdder();
  private volatile @Nullable Life life;
  private volatile OrderBook.Census census = new OrderBook.Census(0, 0);

  /**
   * Creates a shop that is closed yet.
   *
   * @param folder where its book is kept
   * @param parts what it offers
   */
  ShopServer(Path folder, Routes... parts) {
    this.folder = folder;
    this.parts = List.of(parts);
  }

  /** Opens the book and listens on a free port. */
  void start() {
    if (life != null) {
      throw new IllegalStateException("the shop is open already");
    }
    life = new Life(OrderBook.open(folder));
  }

  /** Opens it if it is closed. */
  void ensureStarted() {
    if (life == null) {
      start();
    }
  }

  /** Stops as a killed process does: open requests get no answer, what is not committed is gone. */
  void kill() {
    life().kill();
    life = null;
  }

  /** Returns where it listens; another port after each start. */
  InetSocketAddress address() {
    return life().address();
  }

  /** Returns the root of its interface. */
  URI uri() {
    return URI.create("http://" + HOST + ":" + address().getPort());
  }

  /** Returns the orders. */
  OrderBook book() {
    return life().book;
  }

  /** Returns how many requests have arrived since the shop was created. */
  long requests() {
    return requests.sum();
  }

  /** Returns how many orders the book holds; while the shop is closed, how many it held. */
  OrderBook.Census census() {
    Life current = life;
    if (current != null) {
      try {
        census = current.book.census();
      } catch (SQLException | IllegalStateException e) {
        // It is being killed at this moment; a pool that is gone says so by the latter.
      }
    }
    return census;
  }

  /** Waits, at most 10 s, until every request that has arrived is through. New ones get 503. */
  void drain() throws InterruptedException {
    life().drain();
  }

  /** Stops; the book stays in its folder. */
  @Override
  public void close() {
    Life current = life;
    if (current != null) {
      current.stop();
      life = null;
    }
  }

  private Life life() {
    Life current = life;
    if (current == null) {
      throw new IllegalStateException("the shop is closed; call start() first");
    }
    return current;
  }

  /** The time from one start to the next stop. */
  private final class Life {
    private final OrderBook book;
    private final GracefulShutdownHandler gate;
    private final Undertow server;

    Life(OrderBook book) {
      this.book = book;
      RoutingHandler routes = new RoutingHandler();
      parts.forEach(part -> part.addTo(routes, book));
      routes.setFallbackHandler(
          exchange -> answers.refuse(exchange, 404, "No such page", exchange.getRequestPath()));
      routes.setInvalidMethodHandler(exchange ->
          answers.refuse(exchange, 405, "Wrong method", exchange.getRequestMethod().toString()));
      this.gate = new GracefulShutdownHandler(new BlockingHandler(guarded(routes)));
      this.server =
          Undertow.builder()
              .addHttpListener(0, HOST, gate)
              .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
              .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, (long) LARGEST_BODY)
              // Freeing direct buffers takes a method that newer JDKs warn of.
              .setDirectBuffers(false)
              .setIoThreads(2)
              .setWorkerThreads(WORKERS)
              .build();
      server.start();
    }

    InetSocketAddress address() {
      return (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    }

    void drain() throws InterruptedException {
      gate.shutdown();
      gate.awaitShutdown(DRAIN.toMillis());
    }

    void kill() {
      book.crash();
      server.stop();
    }

    void stop() {
      server.stop();
      book.close();
    }

    private HttpHandler guarded(HttpHandler next) {
      return exchange -> {
        requests.increment();
        try {
          next.handleRequest(exchange);
        } catch (RequestTooBigException e) {
          answers.refuse(
              exchange, 413, "Too large", "The body must not exceed " + LARGEST_BODY + " bytes.");
        } catch (Exception e) {
          fail(exchange, e);
        }
      };
    }

    private void fail(HttpServerExchange exchange, Exception failure) {
      if (book.isCrashed() || exchange.isResponseStarted()) {
        // A dead process says nothing.
        IoUtils.safeClose(exchange.getConnection());
      } else {
        answers.refuse(exchange, 500, "Broken", failure.getClass().getSimpleName());
      }
    }
  }
}
