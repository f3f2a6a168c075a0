package dev.parley.samples.shop;

import dev.parley.samples.shop.stock.Booked;
import dev.parley.samples.shop.stock.Level;
import dev.parley.samples.shop.stock.Reservation;
import dev.parley.samples.shop.stock.Sale;
import dev.parley.samples.shop.stock.StockGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The stock, as a gRPC service. One reservation in ten fails with UNAVAILABLE, half of these after
 * it was made.
 */
final class Warehouse extends StockGrpc.StockImplBase implements AutoCloseable {
  private static final long STOCK = 1_000_000;
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> CALLERS_KEY = Context.key("idempotency-key");

  private final Server server;

  // Guarded by this.
  private final SplittableRandom random;
  private final Map<Long, Integer> reserved = new HashMap<>(); // by order
  private final Map<Long, Integer> sold = new HashMap<>(); // by number of the sale
  private final Map<String, Level> answers = new HashMap<>(); // by idempotency key
  private long taken;
  private long calls;

  Warehouse(long seed) throws IOException {
    random = new SplittableRandom(seed);
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .addService(this)
            .intercept(new KeyReader())
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  /** Returns how often something was reserved for an order. */
  synchronized int reserved(long order) {
    return reserved.getOrDefault(order, 0);
  }

  /** Returns how often a sale was booked. */
  synchronized int sold(long number) {
    return sold.getOrDefault(number, 0);
  }

  /** Returns how many reservations were asked for. */
  synchronized long calls() {
    return calls;
  }

  @Override
  public void reserve(Reservation request, StreamObserver<Level> reply) {
    Level level = reserve(request, CALLERS_KEY.get());
    if (level == null) {
      reply.onError(Status.UNAVAILABLE.asRuntimeException());
    } else {
      reply.onNext(level);
      reply.onCompleted();
    }
  }

  private synchronized @Nullable Level reserve(Reservation request, @Nullable String key) {
    calls++;
    int luck = random.nextInt(20);
    Level known = key == null ? null : answers.get(key);
    if (luck == 0) {
      return null;
    }
    if (known == null) {
      reserved.merge(request.getOrder(), 1, Integer::sum);
      known = Level.newBuilder().setSku(request.getSku()).setLeft(STOCK - ++taken).build();
      if (key != null) {
        answers.put(key, known);
      }
    }
    return luck == 1 ? null : known;
  }

  @Override
  public StreamObserver<Sale> sell(StreamObserver<Booked> reply) {
    return new StreamObserver<>() {
      @Override
      public void onNext(Sale sale) {
        reply.onNext(Booked.newBuilder().setNumber(sale.getNumber()).setLeft(book(sale)).build());
      }

      @Override
      public void onError(Throwable failure) {
        // The till comes back with what it does not know to be booked.
      }

      @Override
      public void onCompleted() {
        reply.onCompleted();
      }
    };
  }

  /** A till's sale has a number, so that telling of it again changes nothing. */
  private synchronized long book(Sale sale) {
    if (sold.putIfAbsent(sale.getNumber(), 1) == null) {
      taken++;
    }
    return STOCK - taken;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static final class KeyReader implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      Context context = Context.current();
      String key = headers.get(KEY);
      return Contexts.interceptCall(
          key == null ? context : context.withValue(CALLERS_KEY, key), call, headers, next);
    }
  }
}
