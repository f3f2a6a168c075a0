package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** A reader that stops holds the writer, not the messages: heap stays flat on both sides. */
@Isolated
@Tag("slow")
class SlowReaderTest {
  private static final int MESSAGES = 1_000_000;
  private static final int BATCH = MESSAGES / 4;
  private static final long BOUND = 16L << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Operation<Item, Level> WATCH =
      Operation.of("stock.watch", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getWatchMethod()));
  private static final Operation<Level, Level> SYNC =
      Operation.of("stock.sync", Level.class, Level.class)
          .bind(Grpc.method(StockGrpc.getSyncMethod()));
  private static final Level LEVEL = Level.newBuilder().setSku("sku-1").setQuantity(1).build();

  @Test
  @Timeout(value = 4, unit = TimeUnit.MINUTES)
  void BUF_holdsAServerThatStreamsTooFast() throws Exception {
    AtomicInteger written = new AtomicInteger();
    try (StockServer server = StockServer.start();
        GrpcChannel stock = GrpcChannel.builder(server.uri()).build()) {
      server.onWatch = (item, reply) -> write((ServerCallStreamObserver<Level>) reply, written);
      long before = usedHeap();
      try (Subscription<Message<Level>> levels =
          stock.stream(WATCH, Item.getDefaultInstance(), StreamOptions.DEFAULT)) {
        int read = 0;
        while (read < MESSAGES) {
          awaitStandstill(written, read);
          assertFlat(before);
          for (int end = read + BATCH; read < end; read++) {
            assertThat(levels.poll(PATIENCE)).isPresent();
          }
        }
      }
    }
  }

  // As fast as the window allows, on the server's own threads.
  private static void write(ServerCallStreamObserver<Level> reply, AtomicInteger written) {
    reply.setOnReadyHandler(() -> {
      while (reply.isReady() && written.get() < MESSAGES) {
        reply.onNext(LEVEL);
        if (written.incrementAndGet() == MESSAGES) {
          reply.onCompleted();
        }
      }
    });
  }

  @Test
  @Timeout(value = 4, unit = TimeUnit.MINUTES)
  void BUF_holdsAProgramThatSendsTooFast() throws Exception {
    Semaphore gate = new Semaphore(0);
    AtomicInteger sent = new AtomicInteger();
    AtomicInteger read = new AtomicInteger();
    try (StockServer server = StockServer.start();
        GrpcChannel stock = GrpcChannel.builder(server.uri()).build()) {
      server.onSync = reply -> gated((ServerCallStreamObserver<Level>) reply, gate, read);
      long before = usedHeap();
      try (Session<Level, Level> session = stock.open(SYNC, SessionOptions.DEFAULT)) {
        Thread sender = new Thread(() -> send(session, sent), "sender");
        sender.start();
        while (read.get() < MESSAGES) {
          awaitStandstill(sent, read.get());
          assertFlat(before);
          int end = read.get() + BATCH;
          gate.release(BATCH);
          await().atMost(PATIENCE).until(() -> read.get() == end);
        }
        sender.join();
      }
    }
  }

  private static void send(Session<Level, Level> session, AtomicInteger sent) {
    try {
      while (sent.get() < MESSAGES) {
        session.send(LEVEL);
        sent.incrementAndGet();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static StreamObserver<Level> gated(
      ServerCallStreamObserver<Level> reply, Semaphore gate, AtomicInteger read) {
    return StockServer.observer(
        level -> {
          gate.acquireUninterruptibly();
          read.incrementAndGet();
        },
        reply::onCompleted);
  }

  /** Waits until more than was read, and nothing for a while, has been written: it is held. */
  private static void awaitStandstill(AtomicInteger written, int read) {
    AtomicInteger last = new AtomicInteger(-1);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() ->
            last.getAndSet(written.get()) == written.get()
                && written.get() >= Math.min(read + 1, MESSAGES));
  }

  // A collection may come before what has just been let go.
  private static void assertFlat(long before) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(usedHeap() - before).isLessThan(BOUND));
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
