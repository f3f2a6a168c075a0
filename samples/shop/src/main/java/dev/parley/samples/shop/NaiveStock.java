package dev.parley.samples.shop;

import dev.parley.samples.shop.stock.Booked;
import dev.parley.samples.shop.stock.Reservation;
import dev.parley.samples.shop.stock.Sale;
import dev.parley.samples.shop.stock.StockGrpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks the stock with generated stubs, and the loop around them that many programs have. */
final class NaiveStock implements StockClient {
  private static final int ATTEMPTS = 5;
  private static final long PAUSE_MILLIS = 50;

  private final ManagedChannel channel;
  private volatile @Nullable StreamObserver<Sale> till;

  NaiveStock(int port) {
    channel =
        io.grpc.Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
            .build();
  }

  @Override
  public String name() {
    return "naive stub";
  }

  @Override
  public void reserve(long order) throws InterruptedException {
    Reservation request = Reservation.newBuilder().setSku("anvil").setOrder(order).build();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        StockGrpc.newBlockingStub(channel)
            .withDeadlineAfter(Street.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .reserve(request);
        return;
      } catch (StatusRuntimeException e) {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    }
  }

  @Override
  public void sell(long number) {
    StreamObserver<Sale> open = till;
    if (open == null) {
      open = StockGrpc.newStub(channel).sell(new Forgetful());
      till = open;
    }
    open.onNext(Sale.newBuilder().setNumber(number).setSku("anvil").build());
  }

  @Override
  public void settle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(Street.TIMEOUT.toMillis());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** Opens the next stream when this one is lost, and does not ask what was lost with it. */
  private final class Forgetful implements StreamObserver<Booked> {
    @Override
    public void onNext(Booked booked) {}

    @Override
    public void onError(Throwable failure) {
      till = null;
    }

    @Override
    public void onCompleted() {
      till = null;
    }
  }
}
