package dev.parley.samples.shop;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.DuplexChannel;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Resumed;
import dev.parley.RetryPolicy;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.TransportException;
import dev.parley.grpc.Grpc;
import dev.parley.samples.shop.stock.Booked;
import dev.parley.samples.shop.stock.Level;
import dev.parley.samples.shop.stock.Reservation;
import dev.parley.samples.shop.stock.Sale;
import dev.parley.samples.shop.stock.StockGrpc;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Asks the stock with Parley. A reservation has a key, with which it is called for until it is
 * known; the till is a session that reconnects and tells again what it does not know to be booked.
 */
final class ParleyStock implements StockClient, StateListener {
  private static final Operation<Reservation, Level> RESERVE =
      Operation.of("stock.reserve", Reservation.class, Level.class)
          .with(Idempotency.KEYED)
          .bind(Grpc.method(StockGrpc.getReserveMethod()));
  private static final Operation<Sale, Booked> SELL =
      Operation.of("stock.sell", Sale.class, Booked.class)
          .bind(Grpc.method(StockGrpc.getSellMethod()));
  private static final CallOptions OPTIONS =
      CallOptions.DEFAULT
          .attemptTimeout(Street.TIMEOUT)
          .retry(RetryPolicy.DEFAULT.maxAttempts(5).base(Duration.ofMillis(10)));
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Parley parley = Parley.create();
  private final CallChannel stock;
  private final Session<Sale, Booked> till;
  private final ConcurrentSkipListSet<Long> unbooked = new ConcurrentSkipListSet<>();
  private final AtomicBoolean tellAgain = new AtomicBoolean();

  ParleyStock(int port) {
    String uri = "grpc://127.0.0.1:" + port;
    stock = parley.open(uri, CallChannel.class);
    till =
        parley
            .open(uri, DuplexChannel.class)
            .open(SELL, SessionOptions.DEFAULT.reconnect(Watcher.EAGER).listener(this));
    CompletableFuture<Void> unused =
        till.inbound().start(booked -> unbooked.remove(booked.body().getNumber()));
  }

  @Override
  public String name() {
    return "Parley";
  }

  @Override
  public void reserve(long order) throws InterruptedException {
    Reservation request = Reservation.newBuilder().setSku("anvil").setOrder(order).build();
    CallOptions named = OPTIONS.idempotencyKey("order-" + order);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - end < 0) {
      try {
        stock.call(RESERVE, request, named);
        return;
      } catch (ParleyException e) {
        TimeUnit.MILLISECONDS.sleep(100); // the same key again: it cannot be reserved twice
      }
    }
  }

  @Override
  public void sell(long number) throws InterruptedException {
    unbooked.add(number);
    if (!toldAgain()) {
      tell(number);
    }
  }

  /** Tells again of all that is not known to be booked, if a connection was lost meanwhile. */
  private boolean toldAgain() throws InterruptedException {
    if (!tellAgain.getAndSet(false)) {
      return false;
    }
    for (long each : unbooked) {
      tell(each);
    }
    return true;
  }

  private void tell(long number) throws InterruptedException {
    try {
      till.send(Sale.newBuilder().setNumber(number).setSku("anvil").build());
    } catch (TransportException e) {
      // The connection was lost; on the next one it is told again.
    }
  }

  @Override
  public void changed(StateChange change) {
    // The session goes on by itself.
  }

  /** The connection before may have lost sales, or what the stock said of them. */
  @Override
  public void resumed(Resumed resumed) {
    tellAgain.set(true);
  }

  @Override
  public void settle() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!unbooked.isEmpty() && System.nanoTime() - end < 0) {
      boolean unused = toldAgain();
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Override
  public void close() {
    till.abort();
    parley.close(Duration.ofSeconds(1));
  }
}
