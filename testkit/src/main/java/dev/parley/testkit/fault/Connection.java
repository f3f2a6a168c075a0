package dev.parley.testkit.fault;

import static dev.parley.testkit.fault.ProxyEvent.Type.CLOSED_BY_CLIENT;
import static dev.parley.testkit.fault.ProxyEvent.Type.CLOSED_BY_PROXY;
import static dev.parley.testkit.fault.ProxyEvent.Type.CLOSED_BY_SERVER;
import static dev.parley.testkit.fault.ProxyEvent.Type.FROZEN;
import static dev.parley.testkit.fault.ProxyEvent.Type.RESET_BY_PROXY;
import static dev.parley.testkit.fault.ProxyEvent.Type.STRUCK;
import static dev.parley.testkit.fault.ProxyEvent.Type.THAWED;
import static dev.parley.testkit.fault.ProxyEvent.Type.UPSTREAM_UNREACHABLE;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One connection of a client with its twin to the server. Used by the loop's thread only. */
final class Connection {
  private enum Mode {
    /** The server has not answered yet; the client waits. */
    CONNECTING,
    /** Bytes go through, under the faults of the two flows. */
    FORWARDING,
    /** Both peers are read, and nothing is passed on. */
    SWALLOWING,
    /** The client has been sent FIN and the server is gone; the client may finish. */
    FINISHING,
    ENDED
  }

  private final int number;
  private final FaultProxy proxy;
  private final SplittableRandom random;
  private final SocketChannel client;
  private final SocketChannel server;
  private final SelectionKey clientKey;
  private final SelectionKey serverKey;
  private final Flow toServer;
  private final Flow toClient;
  private final List<Timers.Timer> timers = new ArrayList<>();

  private Mode mode = Mode.CONNECTING;
  private boolean isFrozen;
  private boolean clientFinishedFirst;
  private @Nullable Fault lastStrike;

  Connection(
      int number,
      FaultProxy proxy,
      SplittableRandom random,
      SocketChannel client,
      SocketChannel server)
      throws IOException {
    this.number = number;
    this.proxy = proxy;
    this.random = random;
    this.client = client;
    this.server = server;
    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
    server.setOption(StandardSocketOptions.TCP_NODELAY, true);
    clientKey = proxy.loop().register(client, 0, this::onClientReady);
    serverKey = proxy.loop().register(server, 0, this::onServerReady);
    toServer = new Flow(this, Direction.TO_SERVER, client, server);
    toClient = new Flow(this, Direction.TO_CLIENT, server, client);
  }

  /** Dials the server, unless a fault has already ended this connection. */
  void connect(InetSocketAddress upstream) {
    if (mode != Mode.CONNECTING) {
      return;
    }
    try {
      if (server.connect(upstream)) {
        mode = Mode.FORWARDING;
      }
      updateInterest();
    } catch (IOException e) {
      reset(UPSTREAM_UNREACHABLE);
    }
  }

  // What faults do.

  boolean isAlive() {
    return mode != Mode.ENDED;
  }

  SplittableRandom random() {
    return random;
  }

  Flow flow(Direction direction) {
    return direction == Direction.TO_SERVER ? toServer : toClient;
  }

  void after(long nanos, Runnable action) {
    timers.add(timers().at(proxy.loop().now() + nanos, action));
  }

  void fired(Fault fault) {
    lastStrike = fault;
    record(STRUCK, fault);
  }

  void reset() {
    reset(RESET_BY_PROXY);
  }

  void finish() {
    if (mode == Mode.FINISHING || mode == Mode.ENDED) {
      return;
    }
    mode = Mode.FINISHING;
    toServer.drop();
    toClient.drop();
    closeQuietly(server);
    try {
      client.shutdownOutput();
      // Closing now, with bytes of the client unread, would make the system send RST instead.
      updateInterest();
    } catch (IOException e) {
      end(CLOSED_BY_PROXY);
    }
  }

  void swallow() {
    if (mode == Mode.FORWARDING) {
      mode = Mode.SWALLOWING;
      toServer.drop();
      toClient.drop();
      updateInterest();
    }
  }

  void freeze() {
    isFrozen = true;
    toServer.pause();
    toClient.pause();
    updateInterest();
  }

  void takeLinkDown(long nanos) {
    proxy.takeLinkDown(nanos);
  }

  // What the proxy does.

  void freezeByHand() {
    if (!isFrozen) {
      record(FROZEN, null);
      freeze();
    }
  }

  void thaw() {
    if (isFrozen) {
      isFrozen = false;
      record(THAWED, null);
      proceed();
    }
  }

  void removeFaults() {
    timers.forEach(timers()::cancel);
    timers.clear();
    toServer.removeFaults();
    toClient.removeFaults();
    thaw();
    proceed();
  }

  void record(ProxyEvent.Type type, @Nullable Fault fault) {
    proxy.record(number, type, fault, toServer.passed(), toClient.passed());
  }

  Timers timers() {
    return proxy.loop().timers();
  }

  void passed(Direction direction, int bytes) {
    proxy.passed(direction, bytes);
  }

  // What the sockets do.

  private void onClientReady() {
    if (clientKey.isReadable()) {
      read(toServer);
    }
    proceed();
  }

  private void onServerReady() {
    if (serverKey.isConnectable()) {
      finishConnect();
    } else if (serverKey.isReadable()) {
      read(toClient);
    }
    proceed();
  }

  private void finishConnect() {
    try {
      server.finishConnect();
      mode = Mode.FORWARDING;
    } catch (IOException e) {
      reset(UPSTREAM_UNREACHABLE);
    }
  }

  private void read(Flow flow) {
    ByteBuffer scratch = proxy.scratch();
    try {
      if (mode == Mode.FORWARDING) {
        flow.read(scratch, proxy.loop().now());
      } else {
        flow.discard(scratch);
      }
    } catch (Flow.PeerLost e) {
      if (mode == Mode.FORWARDING) {
        reset(e.how());
      } else {
        flow.giveUpSource();
      }
    }
  }

  /** Moves whatever may move now, then waits for what is needed next. */
  void proceed() {
    if (mode == Mode.FORWARDING && !isFrozen) {
      forward(toServer);
      forward(toClient);
    }
    endIfComplete();
    updateInterest();
  }

  private void forward(Flow flow) {
    if (mode != Mode.FORWARDING) {
      return; // the other direction has just met its fault
    }
    try {
      flow.write(proxy.loop().now());
    } catch (Flow.PeerLost e) {
      reset(e.how());
    }
  }

  private void endIfComplete() {
    if (toServer.isSourceDone() && !toClient.isSourceDone()) {
      clientFinishedFirst = true;
    }
    boolean isComplete =
        switch (mode) {
          case CONNECTING, ENDED -> false;
          case FORWARDING -> toServer.isDone() && toClient.isDone();
          case SWALLOWING -> toServer.isSourceDone() && toClient.isSourceDone();
          case FINISHING -> toServer.isSourceDone();
        };
    if (isComplete) {
      end(
          mode == Mode.FINISHING
              ? CLOSED_BY_PROXY
              : clientFinishedFirst ? CLOSED_BY_CLIENT : CLOSED_BY_SERVER);
    }
  }

  private void updateInterest() {
    boolean isReading = !isFrozen;
    switch (mode) {
      case CONNECTING -> {
        interest(clientKey, false, false);
        serverKey.interestOps(SelectionKey.OP_CONNECT);
      }
      case FORWARDING -> {
        interest(clientKey, isReading && toServer.wantsBytes(), isReading && toClient.awaitsSink());
        interest(serverKey, isReading && toClient.wantsBytes(), isReading && toServer.awaitsSink());
      }
      case SWALLOWING -> {
        interest(clientKey, isReading && !toServer.isSourceDone(), false);
        interest(serverKey, isReading && !toClient.isSourceDone(), false);
      }
      case FINISHING -> interest(clientKey, true, false);
      case ENDED -> {} // the keys went with the sockets
    }
  }

  private static void interest(SelectionKey key, boolean isReading, boolean isWriting) {
    key.interestOps(
        (isReading ? SelectionKey.OP_READ : 0) | (isWriting ? SelectionKey.OP_WRITE : 0));
  }

  private void reset(ProxyEvent.Type how) {
    resetOnClose(client);
    resetOnClose(server);
    end(how);
  }

  private void end(ProxyEvent.Type how) {
    if (mode == Mode.ENDED) {
      return;
    }
    mode = Mode.ENDED;
    timers.forEach(timers()::cancel);
    toServer.drop();
    toClient.drop();
    closeQuietly(client);
    closeQuietly(server);
    record(how, lastStrike);
    proxy.ended(this);
  }

  /** With a linger time of zero the system sends RST instead of FIN, and forgets unsent bytes. */
  private static void resetOnClose(SocketChannel channel) {
    try {
      if (channel.isOpen()) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } catch (IOException e) {
      // Already reset by the peer.
    }
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing more can be done for it.
    }
  }
}
