package dev.parley.samples.shop;

import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ReconnectPolicy;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.sse.Sse;
import java.net.URI;
import java.time.Duration;

/**
 * Somebody who watches the orders come in, with Parley, and does not look at the network.
 *
 * <p><b>Threads:</b> the orders come in on a worker; the rest is for any thread.
 */
final class Watcher implements AutoCloseable {
  private static final Operation<Void, Placed> LIVE =
      Operation.of("orders.live", Void.class, Placed.class).bind(Sse.get("/orders/live"));
  private static final Operation<Void, Placed> NOW =
      Operation.of("orders.now", Void.class, Placed.class).bind(Sse.get("/orders/now"));

  /** As eager as a demo of some seconds needs it; the default begins with a second. */
  static final ReconnectPolicy EAGER =
      ReconnectPolicy.DEFAULT.base(Duration.ofMillis(50)).cap(Duration.ofMillis(300));

  private final Holes holes = new Holes(0);
  private final Subscription<Message<Placed>> orders;

  /**
   * Begins to watch.
   *
   * @param shop the shop as it is seen through the network
   * @param replays whether to watch where the shop goes on behind the last order that was seen
   */
  Watcher(Parley parley, URI shop, boolean replays) {
    StreamChannel live = parley.open("sse+" + shop + "?replays=" + replays, StreamChannel.class);
    this.orders =
        live.stream(
            replays ? LIVE : NOW, null, StreamOptions.DEFAULT.reconnect(EAGER).listener(holes));
    var unusedSinceTheListenerIsTold = orders.start(order -> holes.saw(order.body().number()));
  }

  Holes holes() {
    return holes;
  }

  @Override
  public void close() {
    orders.close();
  }

  /** An order that was placed. */
  record Placed(long number) {}
}
