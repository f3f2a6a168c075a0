package dev.parley.engine;

import dev.parley.BackPressure;
import dev.parley.Channel;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Gap;
import dev.parley.Guarantee;
import dev.parley.Kind;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.Position;
import dev.parley.QueueChannel;
import dev.parley.StreamChannel;
import dev.parley.Support;
import dev.parley.TransportException;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Continuity;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Handover;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.PollLink;
import dev.parley.spi.PollSource;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.Settlement;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A peer with one log of numbered messages ({@code key:number}) that it delivers from the resume
 * position on, or, for queues, from the first unsettled one on.
 */
final class FakeSource implements ChannelProvider {
  final List<FakeLink> links = new CopyOnWriteArrayList<>();
  final List<SourceRequest> requests = new CopyOnWriteArrayList<>();
  final Queue<Exception> dialFailures = new ConcurrentLinkedQueue<>();
  final List<String> settled = new CopyOnWriteArrayList<>();
  final List<String> subscriptions = new CopyOnWriteArrayList<>(); // how they begin and end
  volatile boolean polled;
  volatile SourceDriver.Acknowledgement acknowledgement = SourceDriver.Acknowledgement.SINGLE;
  volatile Features features =
      Features.of(Guarantee.AT_LEAST_ONCE, Ordering.BY_KEY, BackPressure.CREDIT)
          .with(Feature.DEAD_LETTER, Support.NATIVE);
  volatile Gap gap = Gap.NONE;
  volatile boolean ignoresCredit;
  volatile @Nullable Duration lease;
  volatile @Nullable Runnable duringDial;
  volatile @Nullable Duration credentialsLeft;
  volatile boolean cutsNext; // as soon as it is made
  volatile boolean deliversTwice;

  // Guarded by this.
  final Map<Integer, String> log = new LinkedHashMap<>(); // number to "key:number"
  final Map<Integer, String> done = new LinkedHashMap<>(); // number to how

  /** Appends messages to the log. */
  void publish(String... keyed) {
    synchronized (this) {
      for (String each : keyed) {
        log.put(log.size(), each);
      }
    }
    links.forEach(FakeLink::pump);
  }

  FakeLink link() {
    return links.get(links.size() - 1);
  }

  void cut() {
    link().cut(new IOException("connection reset"));
  }

  @Override
  public Set<String> schemes() {
    return Set.of("fake");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(StreamChannel.class, QueueChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    return new Driver();
  }

  private final class Driver implements ChannelDriver {
    @Override
    public Features features() {
      return features;
    }

    @Override
    public List<RetryLayer> retryLayers() {
      return List.of();
    }

    @Override
    public Optional<SourceDriver> source() {
      return Optional.of(polled ? new Poll() : new Push());
    }

    @Override
    public <N> Optional<N> unwrap(Class<N> nativeType) {
      return Optional.empty();
    }

    @Override
    public ParleyException translate(Throwable failure) {
      return new TransportException(
          Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, String.valueOf(failure.getMessage()))
              .withCause(failure));
    }

    @Override
    public void close() {}
  }

  private FakeLink dial(SourceRequest request, @Nullable Inlet inlet) throws Exception {
    requests.add(request);
    Runnable during = duringDial;
    if (during != null) {
      during.run();
    }
    Exception failure = dialFailures.poll();
    if (failure != null) {
      throw failure;
    }
    FakeLink link = new FakeLink(request, inlet);
    links.add(link);
    if (cutsNext) {
      cutsNext = false;
      link.cut(new IOException("connection reset"));
    }
    return link;
  }

  private final class Push implements PushSource {
    @Override
    public SourceDriver subscribe(SourceRequest request) {
      subscriptions.add("subscribe");
      return new Push();
    }

    @Override
    public void ended() {
      subscriptions.add("ended with " + links.stream().filter(link -> !link.closed).count());
    }

    @Override
    public PushLink connect(SourceRequest request, Inlet inlet) throws Exception {
      return dial(request, inlet);
    }

    @Override
    public Acknowledgement acknowledgement() {
      return acknowledgement;
    }
  }

  private final class Poll implements PollSource {
    @Override
    public SourceDriver subscribe(SourceRequest request) {
      subscriptions.add("subscribe");
      return new Poll();
    }

    @Override
    public void ended() {
      subscriptions.add("ended with " + links.stream().filter(link -> !link.closed).count());
    }

    @Override
    public PollLink connect(SourceRequest request) throws Exception {
      return dial(request, null);
    }

    @Override
    public Acknowledgement acknowledgement() {
      return acknowledgement;
    }
  }

  /** One connection: delivers each message once, in order, within its credit. */
  final class FakeLink implements PushLink, PollLink {
    final List<String> events = new CopyOnWriteArrayList<>();
    private final SourceRequest request;
    private final @Nullable Inlet inlet;
    private final BlockingQueue<Integer> wakeups = new LinkedBlockingQueue<>();
    private int next;
    private boolean repeats; // the next one is the one before it
    private int credit;
    volatile int pings;
    volatile boolean closed;
    volatile boolean aborted;
    private volatile @Nullable Exception cut;
    private volatile @Nullable Position moved;
    private volatile @Nullable Handover handover;
    private volatile @Nullable Duration releases;

    FakeLink(SourceRequest request, @Nullable Inlet inlet) {
      this.request = request;
      this.inlet = inlet;
      this.next =
          request.from() == null ? 0 : Integer.parseInt(request.from().value().orElse("-1")) + 1;
    }

    @Override
    public Continuity continuity() {
      return new Continuity(gap, "as the test says");
    }

    @Override
    public void request(int more) {
      synchronized (this) {
        credit += more;
      }
      events.add("request " + more);
      pump();
    }

    void pump() {
      Inlet to = inlet;
      if (to == null) {
        wakeups.add(1);
        return;
      }
      synchronized (this) {
        while (!closed && (credit > 0 || ignoresCredit)) {
          Inbound inbound = nextInbound();
          if (inbound == null) {
            return;
          }
          credit--;
          to.deliver(inbound);
        }
      }
    }

    private @Nullable Inbound nextInbound() {
      synchronized (FakeSource.this) {
        boolean isQueue = request instanceof SourceRequest.OfQueue;
        while (isQueue && done.containsKey(next)) {
          next++;
        }
        String keyed = log.get(next);
        if (keyed == null) {
          return null;
        }
        Integer number = next;
        repeats = deliversTwice && !repeats;
        next += repeats ? 0 : 1;
        return new Inbound(Payload.text(keyed))
            .id("id-" + number)
            .identity("id-" + number)
            .key(keyed.substring(0, keyed.indexOf(':')))
            .handle(number)
            .position("", Integer.toString(number));
      }
    }

    /** Returns the number of the message that comes next. */
    int next() {
      synchronized (FakeSource.this) {
        return next;
      }
    }

    @Override
    public List<Inbound> poll(int max, Duration wait) throws Exception {
      List<Inbound> inbounds = new ArrayList<>();
      Exception failure = cut;
      if (failure != null) {
        throw failure;
      }
      Duration limit = releases;
      if (limit != null) {
        releases = null;
        handover.release(Set.of(Position.SINGLE_LANE), limit);
        settled.add("released");
      }
      for (int i = 0; i < max; i++) {
        Inbound inbound = nextInbound();
        if (inbound == null) {
          break;
        }
        inbounds.add(inbound);
      }
      if (inbounds.isEmpty()) {
        wakeups.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
      }
      return inbounds;
    }

    @Override
    public void handover(Handover newHandover) {
      handover = newHandover;
    }

    /** Lets go of all it has delivered, when it is polled next. */
    void release(Duration limit) {
      releases = limit;
      wakeups.add(1);
    }

    /** Delivers from the first unsettled one on once more. */
    synchronized void rewind() {
      synchronized (FakeSource.this) {
        next = 0;
      }
      wakeups.add(1);
    }

    @Override
    public void wakeup() {
      wakeups.add(1);
    }

    @Override
    public void settle(Settlement settlement, List<Inbound> deliveries) {
      synchronized (FakeSource.this) {
        for (Inbound delivery : deliveries) {
          Integer number = (Integer) delivery.handle();
          String how = settlement.getClass().getSimpleName();
          settled.add(how + " " + number);
          if (settlement instanceof Settlement.Retry || settlement instanceof Settlement.Extend) {
            continue;
          }
          if (acknowledgement == SourceDriver.Acknowledgement.PREFIX
              && settlement instanceof Settlement.Ack) {
            for (int each = 0; each <= number; each++) {
              done.putIfAbsent(each, how);
            }
          } else {
            done.put(number, how);
          }
        }
      }
    }

    @Override
    public @Nullable Duration credentialsLeft() {
      return credentialsLeft;
    }

    @Override
    public @Nullable Duration lease() {
      return lease;
    }

    @Override
    public synchronized void ping() {
      pings++;
    }

    /** The position moves without a message. */
    void move(Position to) {
      moved = to;
      wakeups.add(1);
      if (inlet != null) {
        inlet.moved(to);
      }
    }

    @Override
    public @Nullable Position position() {
      return moved;
    }

    /** Shows a sign of life. */
    void answer() {
      if (inlet != null) {
        inlet.alive();
      }
    }

    void cut(Exception cause) {
      cut = cause;
      wakeups.add(1);
      if (inlet != null) {
        inlet.lost(cause);
      }
    }

    void end() {
      if (inlet != null) {
        inlet.ended();
      } else {
        cut(new dev.parley.spi.EndOfStream());
      }
    }

    @Override
    public <N> Optional<N> unwrap(Class<N> nativeType) {
      return nativeType.isInstance(this) ? Optional.of(nativeType.cast(this)) : Optional.empty();
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public void abort() {
      aborted = true;
      closed = true;
      wakeups.add(1);
    }
  }
}
