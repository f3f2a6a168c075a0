package dev.parley.engine;

import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.Resumed;
import dev.parley.Shape;
import dev.parley.Signal;
import dev.parley.TypeRef;
import dev.parley.spi.Inlet;
import dev.parley.spi.Link;
import dev.parley.spi.Settlement;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Elements that need no acknowledgement. */
final class StreamSubscription<T> extends EngineSubscription<T, Message<T>> {
  private final Dialer dialer;
  private final Ordering ordering;
  private final int concurrency;
  private final @Nullable Consumer<Resumed> reload;

  /** Makes a connection of a stream, or of a session. */
  interface Dialer {
    Link connect(Inlet inlet, @Nullable Position from, ConnectAttempt attempt) throws Exception;

    /** A connection stands, and nobody knows of it yet. */
    default void connected(Connection connection) {}

    /** It is lost, or ended for good. */
    default void lost() {}

    /** The peer can take more. */
    default void writable() {}
  }

  StreamSubscription(
      AbstractChannel channel,
      Shape shape,
      String name,
      TypeRef<T> type,
      Setup setup,
      Dialer dialer,
      Ordering ordering,
      int concurrency,
      @Nullable Consumer<Resumed> reload) {
    super(channel, shape, name, type, setup);
    this.dialer = dialer;
    this.ordering = ordering;
    this.concurrency = concurrency;
    this.reload = reload;
  }

  @Override
  public Link connect(Inlet inlet, @Nullable Position from, ConnectAttempt attempt)
      throws Exception {
    return dialer.connect(inlet, from, attempt);
  }

  @Override
  public void prepare(Connection connection) {
    dialer.connected(connection);
  }

  @Override
  public void connected(Connection connection, Resumed resumed) {
    Consumer<Resumed> first = resumed.gap() == Gap.NONE ? null : reload;
    if (first != null) {
      try {
        first.accept(resumed);
      } catch (RuntimeException e) {
        states.callbackFailed(e);
      }
    }
    release(connection);
  }

  @Override
  public void lost(Connection connection) {
    super.lost(connection);
    dialer.lost();
  }

  // Whoever waits to send looks at the state when it is woken, so that comes first.
  @Override
  public void ended() {
    super.ended();
    dialer.lost();
  }

  @Override
  public void failed(ParleyException cause) {
    super.failed(cause);
    dialer.lost();
  }

  @Override
  public void writable() {
    dialer.writable();
  }

  @Override
  public @Nullable Position resumeFrom() {
    return received();
  }

  @Override
  public void settled(Settlement settlement) {}

  @Override
  boolean taken(Item item) {
    if (!hasDispatcher()) {
      doneWith(item); // whoever pulls has it now
    }
    return true;
  }

  @Override
  @Nullable Message<T> element(Item item) {
    try {
      T body = decode(item);
      return Message.builder(body)
          .id(item.inbound.id())
          .key(item.inbound.key())
          .headers(item.inbound.headers())
          .context(item.inbound.context())
          .payload(item.inbound.payload())
          .build();
    } catch (RuntimeException e) {
      // The stream lives on; the observer hears of what could not be read.
      engine.signal(new Signal.Handled(name, channel.endpoint, item.attempt, Duration.ZERO, e));
    }
    return null;
  }

  @Override
  boolean handled(Item item, @Nullable Message<T> element, @Nullable Throwable failure) {
    done(item);
    return true;
  }

  @Override
  void forget(Predicate<Item> lost, Deque<Item> buffered) {
    // What came in is handed out, whatever became of its connection.
  }

  @Override
  boolean isForgotten(Item item, Predicate<Item> lost) {
    return false;
  }

  @Override
  boolean isStale(Item item) {
    return false;
  }

  @Override
  @Nullable Item successor(Item item) {
    return item;
  }

  @Override
  void release(Connection connection, Set<String> lanes, Duration limit) {
    // What came in is handed out, wherever the rest comes from.
  }

  @Override
  void giveBack(List<Item> items) {}

  @Override
  boolean awaitsSettlement() {
    return false;
  }

  @Override
  boolean awaitsRetry() {
    return false;
  }

  @Override
  int unsettled() {
    return 0;
  }

  @Override
  long oldestUnsettledNanos() {
    return 0;
  }

  @Override
  Ordering ordering() {
    return ordering;
  }

  @Override
  int concurrency() {
    return concurrency;
  }

  @Override
  void released() {}

  @Override
  void cancelTimers() {}
}
