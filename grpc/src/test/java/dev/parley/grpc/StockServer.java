package dev.parley.grpc;

import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A server of generated code, whose answers a test can set. */
final class StockServer extends StockGrpc.StockImplBase implements AutoCloseable {
  static final Context.Key<Metadata> HEADERS = Context.key("headers");

  final AtomicInteger arrivals = new AtomicInteger();
  volatile Metadata lastHeaders = new Metadata();
  volatile Context lastContext = Context.ROOT;
  volatile BiConsumer<Item, StreamObserver<Level>> onGet =
      (item, reply) -> {
        reply.onNext(Level.newBuilder().setSku(item.getSku()).setQuantity(7).build());
        reply.onCompleted();
      };
  volatile BiConsumer<Item, StreamObserver<Level>> onWatch =
      (item, reply) -> {
        for (long i = item.getAfter() + 1; i <= 3; i++) {
          reply.onNext(Level.newBuilder().setSku(item.getSku()).setQuantity(i).build());
        }
        reply.onCompleted();
      };
  volatile Function<StreamObserver<Level>, StreamObserver<Level>> onSync = reply -> echo(reply);
  private final Server server;

  private StockServer(Function<StockServer, io.grpc.ServerBuilder<?>> builder) {
    server = builder.apply(this).build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static StockServer start() {
    return start(builder -> builder);
  }

  static StockServer start(UnaryOperator<io.grpc.ServerBuilder<?>> change) {
    return start(InsecureServerCredentials.create(), change);
  }

  static StockServer start(
      ServerCredentials credentials, UnaryOperator<io.grpc.ServerBuilder<?>> change) {
    return new StockServer(self ->
        change.apply(
            self.serve(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress("127.0.0.1", 0), credentials))));
  }

  static StockServer inProcess(String name) {
    return new StockServer(self -> self.serve(InProcessServerBuilder.forName(name)));
  }

  private io.grpc.ServerBuilder<?> serve(io.grpc.ServerBuilder<?> builder) {
    return builder.addService(this).intercept(new Reception());
  }

  String uri() {
    return "grpc://127.0.0.1:" + server.getPort();
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void get(Item request, StreamObserver<Level> reply) {
    onGet.accept(request, reply);
  }

  @Override
  public void reserve(Item request, StreamObserver<Level> reply) {
    onGet.accept(request, reply);
  }

  @Override
  public void watch(Item request, StreamObserver<Level> reply) {
    onWatch.accept(request, reply);
  }

  @Override
  public StreamObserver<Level> sync(StreamObserver<Level> reply) {
    return onSync.apply(reply);
  }

  @Override
  public StreamObserver<Level> count(StreamObserver<Level> reply) {
    AtomicInteger count = new AtomicInteger();
    return observer(
        level -> count.incrementAndGet(),
        () -> {
          reply.onNext(Level.newBuilder().setQuantity(count.get()).build());
          reply.onCompleted();
        });
  }

  private static StreamObserver<Level> echo(StreamObserver<Level> reply) {
    return observer(reply::onNext, reply::onCompleted);
  }

  static StreamObserver<Level> observer(Consumer<Level> onNext, Runnable onCompleted) {
    return new StreamObserver<>() {
      @Override
      public void onNext(Level level) {
        onNext.accept(level);
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {
        onCompleted.run();
      }
    };
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Reception implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      arrivals.incrementAndGet();
      lastHeaders = headers;
      lastContext = Context.current();
      return Contexts.interceptCall(
          Context.current().withValue(HEADERS, headers), call, headers, next);
    }
  }
}
