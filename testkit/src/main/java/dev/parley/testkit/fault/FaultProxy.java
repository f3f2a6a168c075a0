package dev.parley.testkit.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy that stands between a client and a server and breaks their connections on command, so
 * that a test can see what the two make of it.
 *
 * {@snippet class="dev.parley.testkit.fault.FaultProxyTest" region="first"}
 *
 * <p>It listens on a free port of the loopback interface and forwards every connection to one
 * server of any kind: it knows bytes, not protocols, so TLS goes through it as well. Without orders
 * it forwards faithfully, half-closed connections and resets included; when the server cannot be
 * reached, the client's connection is reset.
 *
 * <p>What goes wrong is a {@link Fault}. {@link #script} decides about connections to come; {@link
 * #arm} and the other verbs act at once. All of them return when the order is in force: a
 * connection that was established before the call is not "new", one established after it is; and
 * bytes that are sent after the call meet the fault.
 *
 * <p>Time is real time, since the operating system's sockets know no other. Random choices come
 * from a seed, which {@link #toString} tells; a seed repeats the choices, not the scheduling of
 * threads.
 *
 * <p><b>Resources:</b> one daemon thread, named after the port; two sockets and at most 128 KiB of
 * buffers per connection; the latest 10,000 events. {@link #close} takes all of it back.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @since 0.1
 */
public final class FaultProxy implements AutoCloseable {
  private static final long ACCEPT_PAUSE_NANOS = 10_000_000;

  private final long seed;
  private final Loop loop;
  private final Listener listener;
  private final Ledger ledger = new Ledger();

  // Written by the loop's thread only; volatile for toString.
  private volatile InetSocketAddress upstream;
  private volatile Script script = Script.none();

  // The loop's thread only.
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(64 * 1024);
  private final Set<Connection> connections = new LinkedHashSet<>();
  private final List<Fault> armedForNext = new ArrayList<>();
  private int turn;
  private long outageEnd;
  private Timers.@Nullable Timer outageTimer;

  private FaultProxy(InetSocketAddress upstream, long seed) throws IOException {
    this.upstream = resolved(upstream);
    this.seed = seed;
    this.loop = new Loop();
    try {
      this.listener = new Listener(loop, this::acceptWaiting);
    } catch (IOException e) {
      loop.abandon();
      throw e;
    }
    loop.start("parley-fault-proxy-" + port());
  }

  /**
   * Starts a proxy for a server on this machine, with a random seed.
   *
   * @param port the server's port on the loopback interface. Nothing needs to listen there yet
   */
  public static FaultProxy to(int port) {
    return to(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        ThreadLocalRandom.current().nextInt());
  }

  /**
   * Starts a proxy.
   *
   * @param upstream the server. Nothing needs to listen there yet
   * @param seed where random choices come from: the jitter of {@link Fault#delay}
   * @throws UncheckedIOException if this machine has no port left
   */
  public static FaultProxy to(InetSocketAddress upstream, long seed) {
    try {
      return new FaultProxy(upstream, seed);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a proxy to " + upstream, e);
    }
  }

  /** Returns the port that clients shall connect to. It stays the same until {@link #close}. */
  public int port() {
    return address().getPort();
  }

  /** Returns the address that clients shall connect to. */
  public InetSocketAddress address() {
    return listener.address();
  }

  /** Returns the address that clients shall connect to, such as {@code http://127.0.0.1:40001}. */
  public URI uri(String scheme) {
    return URI.create(scheme + "://" + address().getAddress().getHostAddress() + ":" + port());
  }

  /** Sends connections that are accepted from now on to another server. */
  public void upstream(InetSocketAddress upstream) {
    InetSocketAddress target = resolved(upstream);
    command(() -> this.upstream = target);
  }

  /** Starts a script with the next connection, in place of the one in force. */
  public void script(Script script) {
    Objects.requireNonNull(script, "script");
    command(() -> {
      this.script = script;
      turn = 0;
      endOutage();
    });
  }

  /**
   * Puts a fault on all existing connections, counting from now, and on the next one that is
   * accepted, in addition to what a script has for it. For a fault of one request on a connection
   * that is kept alive, arm it before the request.
   *
   * <p>{@link Fault#refuse()} and {@link Fault#refuse(Duration)} begin at once.
   */
  public void arm(Fault fault) {
    Objects.requireNonNull(fault, "fault");
    command(() -> {
      if (fault.isRefusal()) {
        refuseUntil(fault.refusalEnd(loop.now()));
        return;
      }
      armedForNext.add(fault);
      forEachConnection(connection -> arm(fault, connection));
    });
  }

  /**
   * Ends all trouble: no script, no armed faults, no shaping; frozen connections go on, and new
   * ones are accepted. Connections that have lost bytes to {@link Fault#blackholeAfter} stay as
   * they are.
   */
  public void clear() {
    command(() -> {
      script = Script.none();
      turn = 0;
      armedForNext.clear();
      forEachConnection(Connection::removeFaults);
      endOutage();
    });
  }

  /**
   * Refuses new connections from now on, as {@link Fault#refuse()} explains, until {@link #reopen},
   * {@link #clear} or a new {@link #script}.
   */
  public void refuse() {
    command(() -> refuseUntil(Loop.NEVER));
  }

  /**
   * Accepts connections again, on the same port. Does nothing if they are not refused. Where a
   * script refuses them, this ends the outage and the script's turn.
   */
  public void reopen() {
    command(() -> {
      if (!listener.isOpen()) {
        nextTurnIfRefusal();
        endOutage();
      }
    });
  }

  /** Freezes all existing connections, as {@link Fault#halfOpen} does. New ones are forwarded. */
  public void freeze() {
    command(() -> forEachConnection(Connection::freezeByHand));
  }

  /** Lets all frozen connections go on where they stopped. */
  public void thaw() {
    command(() -> forEachConnection(Connection::thaw));
  }

  /** Resets all existing connections (RST on both sides). New ones are accepted. */
  public void cutAll() {
    command(() -> forEachConnection(Connection::reset));
  }

  /** Returns how many connections were accepted so far. */
  public int accepted() {
    return ledger.accepted();
  }

  /** Returns how many of them are not over. */
  public int open() {
    return ledger.open();
  }

  /** Returns how often faults struck, as {@link ProxyEvent.Type#STRUCK} defines it. */
  public long strikes() {
    return ledger.strikes();
  }

  /** Returns how many bytes were forwarded to the server. Swallowed ones do not count. */
  public long bytesToServer() {
    return ledger.bytesToServer();
  }

  /** Returns how many bytes were forwarded to clients. Swallowed ones do not count. */
  public long bytesToClient() {
    return ledger.bytesToClient();
  }

  /**
   * Returns what has happened so far, in order: the latest 10,000 events. Works after {@link
   * #close} too.
   */
  public List<ProxyEvent> log() {
    return ledger.events();
  }

  /** Returns where random choices come from. */
  public long seed() {
    return seed;
  }

  /**
   * Resets all connections, gives the port back and ends the thread. Returns when that is done; may
   * be called again.
   */
  @Override
  public void close() {
    loop.stop(() -> {
      forEachConnection(Connection::reset);
      listener.release();
    });
  }

  @Override
  public String toString() {
    return "FaultProxy["
        + address()
        + " -> "
        + upstream
        + ", seed "
        + seed
        + ", script "
        + script
        + ", "
        + accepted()
        + " accepted, "
        + open()
        + " open]";
  }

  // For connections, on the loop's thread.

  Loop loop() {
    return loop;
  }

  /** A buffer that whoever reads may use until it returns. */
  ByteBuffer scratch() {
    return scratch;
  }

  void passed(Direction direction, int bytes) {
    ledger.passed(direction, bytes);
  }

  void ended(Connection connection) {
    connections.remove(connection);
  }

  void takeLinkDown(long nanos) {
    refuseUntil(loop.now() + nanos);
    forEachConnection(Connection::reset);
  }

  void record(int connection, ProxyEvent.Type type, @Nullable Fault fault, long up, long down) {
    ledger.record(new ProxyEvent(Duration.ofNanos(loop.now()), connection, type, fault, up, down));
  }

  // On the loop's thread.

  private void command(Runnable action) {
    loop.call(() -> {
      // Whoever was connected before the command shall not meet what is meant for the next.
      acceptWaiting();
      action.run();
    });
  }

  private void forEachConnection(Consumer<Connection> action) {
    List.copyOf(connections).forEach(action);
  }

  private void acceptWaiting() {
    SocketChannel client = null;
    try {
      while ((client = listener.accept()) != null) {
        welcome(client);
      }
    } catch (IOException e) {
      acceptFailed(client);
    }
  }

  private void welcome(SocketChannel client) throws IOException {
    int number = accepted() + 1;
    SplittableRandom random = new SplittableRandom(seed + number);
    Connection connection = new Connection(number, this, random, client, SocketChannel.open());
    connections.add(connection);
    Fault scripted = script.fault(turn++);
    connection.record(ProxyEvent.Type.ACCEPTED, scripted);
    scripted.attach(connection);
    armedForNext.forEach(fault -> arm(fault, connection));
    armedForNext.clear();
    connection.connect(upstream);
    obeyScript();
  }

  private void arm(Fault fault, Connection connection) {
    connection.record(ProxyEvent.Type.ARMED, fault);
    fault.attach(connection);
  }

  /** Most likely this process has too many files open: waits for some to be closed. */
  private void acceptFailed(@Nullable SocketChannel client) {
    record(0, ProxyEvent.Type.ACCEPT_FAILED, null, 0, 0);
    try {
      if (client != null) {
        client.close();
      }
    } catch (IOException e) {
      // It is of no use anyway.
    }
    listener.pause();
    loop.timers().at(loop.now() + ACCEPT_PAUSE_NANOS, listener::resume);
  }

  /** Refuses connections if it is the turn of a refusal, and accepts them otherwise. */
  private void obeyScript() {
    Fault next = script.fault(turn);
    if (next.isRefusal()) {
      refuseUntil(next.refusalEnd(loop.now()));
    } else if (!listener.isOpen()) {
      listener.open();
      record(0, ProxyEvent.Type.LISTENING, null, 0, 0);
    }
  }

  private void refuseUntil(long end) {
    if (listener.isOpen()) {
      listener.close();
      record(0, ProxyEvent.Type.REFUSING, null, 0, 0);
    }
    // Of two outages at a time the longer counts.
    outageEnd = Math.max(outageEnd, end);
    cancelOutageTimer();
    if (outageEnd != Loop.NEVER) {
      outageTimer =
          loop.timers()
              .at(
                  outageEnd,
                  () -> {
                    nextTurnIfRefusal();
                    endOutage();
                  });
    }
  }

  private void nextTurnIfRefusal() {
    if (script.fault(turn).isRefusal()) {
      turn++;
    }
  }

  private void endOutage() {
    outageEnd = 0;
    cancelOutageTimer();
    obeyScript();
  }

  private void cancelOutageTimer() {
    if (outageTimer != null) {
      loop.timers().cancel(outageTimer);
      outageTimer = null;
    }
  }

  private static InetSocketAddress resolved(InetSocketAddress address) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          "cannot find the host of " + address + "; check its name or use its IP address");
    }
    return address;
  }
}
