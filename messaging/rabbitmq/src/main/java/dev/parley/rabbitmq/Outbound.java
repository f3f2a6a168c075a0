package dev.parley.rabbitmq;

import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Timeout;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The connection that a channel publishes on. It is made when something waits for it, by the thread
 * that writes, since a broker with too much to do does not read.
 *
 * <p><b>Threads:</b> safe for use by many threads; messages to one exchange go out in their order.
 */
final class Outbound implements AutoCloseable {
  private static final int MAX_MESSAGES = 1_000;
  private static final long MAX_BYTES = 16 << 20;
  private static final long PROBE_NANOS = Duration.ofSeconds(5).toNanos();

  private final Wires wires;
  private final DriverContext context;
  private final String endpoint;
  private final boolean forCalls;
  private final Probe probe = new Probe();

  // Guarded by this.
  private final Deque<Publication> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private @Nullable Thread writer;
  private @Nullable Wire wire; // dialing, or made
  private @Nullable Wire blocked; // the one that the broker takes nothing on
  private boolean closed;

  // The writer's own.
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Set<RabbitMq> declared = new HashSet<>();

  Outbound(Wires wires, DriverContext context, String endpoint, boolean forCalls) {
    this.wires = wires;
    this.context = context;
    this.endpoint = endpoint;
    this.forCalls = forCalls;
  }

  void submit(Publication publication) {
    Throwable refused = null;
    synchronized (this) {
      if (closed) {
        refused = new NoConnectionException(false, new IllegalStateException("closed"));
      } else if (!waiting.isEmpty()
          && (waiting.size() >= MAX_MESSAGES
              || waitingBytes + publication.body().length > MAX_BYTES)) {
        refused = Failures.full(MAX_MESSAGES, MAX_BYTES);
      } else {
        waiting.add(publication);
        waitingBytes += publication.body().length;
        if (writer == null) {
          writer = context.dedicated("parley-rabbitmq-" + endpoint, this::write);
          writer.start();
        }
        notifyAll();
      }
    }
    if (refused != null) {
      publication.sender().failed(refused);
    }
  }

  /** Nobody waits for it any more; one that is out and unanswered makes its connection suspect. */
  void givenUp(Publication publication, @Nullable Lane lane) {
    boolean out;
    synchronized (this) {
      out = !waiting.remove(publication);
      if (!out) {
        waitingBytes -= publication.body().length;
      }
    }
    if (out && lane != null) {
      probe.start(lane);
    }
  }

  // ---------------------------------------------------------------- the writer

  private void write() {
    try {
      for (Publication next = next(); next != null; next = next()) {
        if (next.sender().isWanted()) {
          publish(next);
        }
      }
    } catch (InterruptedException e) {
      // It is closed.
    }
  }

  private synchronized @Nullable Publication next() throws InterruptedException {
    while (!closed && (waiting.isEmpty() || (blocked != null && blocked == wire))) {
      wait();
    }
    Publication next = closed ? null : waiting.poll();
    if (next != null) {
      waitingBytes -= next.body().length;
    }
    return next;
  }

  private void publish(Publication publication) throws InterruptedException {
    Connection connection;
    try {
      connection = connection();
    } catch (Exception e) { // the user's customizer and credentials among them
      List<Publication> failed = takeWaiting();
      failed.add(0, publication);
      failed.forEach(each -> each.sender().failed(new NoConnectionException(false, e)));
      return;
    }
    Lane lane;
    try {
      lane = lane(connection, publication);
    } catch (IOException | RuntimeException e) {
      publication.sender().failed(connection.isOpen() ? e : new NoConnectionException(false, e));
      return;
    }
    lane.publish(publication);
  }

  private synchronized List<Publication> takeWaiting() {
    List<Publication> all = new ArrayList<>(waiting);
    waiting.clear();
    waitingBytes = 0;
    return all;
  }

  private Connection connection() throws IOException, TimeoutException {
    Wire next;
    synchronized (this) {
      if (wire != null && wire.isOpen()) {
        return Objects.requireNonNull(wire.connection(), "connection");
      }
      if (closed) {
        throw new IllegalStateException("closed");
      }
      next = wires.wire();
      wire = next;
      blocked = null;
    }
    lanes.clear();
    declared.clear();
    Connection made;
    try {
      made = next.open();
    } catch (IOException | TimeoutException | RuntimeException e) {
      next.abort();
      throw e;
    }
    made.addBlockedListener(new Blocking(next));
    made.addShutdownListener(cause -> unblocked(next));
    return made;
  }

  private Lane lane(Connection connection, Publication publication) throws IOException {
    RabbitMq binding = publication.binding();
    if (Topology.isDeclared(binding) && !declared.contains(binding)) {
      Channel scratch = connection.createChannel();
      Topology.declare(scratch, binding);
      scratch.abort();
      declared.add(binding);
    }
    Lane lane = lanes.get(publication.exchange());
    if (lane == null || !lane.isOpen()) {
      lane = Lane.open(connection, forCalls);
      lanes.put(publication.exchange(), lane);
    }
    return lane;
  }

  private synchronized void unblocked(Wire which) {
    if (blocked == which) {
      blocked = null;
      notifyAll();
    }
  }

  /** The broker is short of memory or disk, and takes nothing until it says so. */
  private final class Blocking implements BlockedListener {
    private final Wire which;

    Blocking(Wire which) {
      this.which = which;
    }

    @Override
    public void handleBlocked(String reason) {
      synchronized (Outbound.this) {
        blocked = which;
      }
    }

    @Override
    public void handleUnblocked() {
      unblocked(which);
    }
  }

  // ---------------------------------------------------------------- the rest

  /** Returns the native connection that stands, or null. */
  synchronized @Nullable Connection nativeConnection() {
    return wire == null || !wire.isOpen() ? null : wire.connection();
  }

  @Override
  public void close() {
    Wire last;
    Thread thread;
    List<Publication> failed;
    synchronized (this) {
      closed = true;
      last = wire;
      thread = writer;
      failed = takeWaiting();
    }
    failed.forEach(each ->
        each.sender()
            .failed(new NoConnectionException(false, new IllegalStateException("closed"))));
    if (thread != null) {
      thread.interrupt();
    }
    probe.stop();
    if (last != null) {
      last.close();
    }
  }

  /** An answer is late: asks whether there is anybody. */
  private final class Probe extends Timeout {
    private @Nullable Wire suspect; // guarded by this

    void start(Lane lane) {
      synchronized (Outbound.this) {
        if (closed || wire == null || (blocked != null && blocked == wire)) {
          return;
        }
        synchronized (this) {
          if (suspect != null) {
            return;
          }
          suspect = wire;
          context.time().schedule(this, PROBE_NANOS);
        }
      }
      try {
        context.workers().execute(() -> ask(lane)); // who writes may hold the channel
      } catch (RejectedExecutionException e) {
        stop(); // the Parley is closed
      }
    }

    private void ask(Lane lane) {
      try {
        CompletableFuture<?> unusedSinceSilenceTells =
            lane.ping()
                .whenComplete((answer, failure) -> {
                  if (failure == null) {
                    stop();
                  }
                });
      } catch (IOException | RuntimeException e) {
        stop(); // it has gone already
      }
    }

    @Override
    public void expired() {
      Wire dead;
      synchronized (this) {
        dead = suspect;
        suspect = null;
      }
      if (dead != null) {
        dead.abort();
      }
    }

    synchronized void stop() {
      suspect = null;
      context.time().cancel(this);
    }
  }
}
