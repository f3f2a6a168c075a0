package dev.parley.ladder;

import dev.parley.testkit.fault.RawServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * An HTTP proxy in front of one server, for clients that know of it and for those that do not. It
 * lets all pass, until it blocks WebSockets.
 */
final class BlockingProxy implements AutoCloseable {
  /** How it blocks a WebSocket. */
  enum Block {
    CONNECT_IS_ANSWERED_403(true, "403 Forbidden", "the proxy answered CONNECT with 403"),
    CONNECT_IS_ANSWERED_502(true, "502 Bad Gateway", "the proxy answered CONNECT with 502"),
    UPGRADE_IS_ANSWERED_403(false, "403 Forbidden", "the handshake was answered 403"),
    UPGRADE_IS_ANSWERED_502(false, "502 Bad Gateway", "the handshake was answered 502"),
    UPGRADE_IS_STRIPPED(false, "", "the handshake was answered 200");

    final boolean isKnown; // whether clients know of the proxy
    final String told;
    private final String status;

    Block(boolean isKnown, String status, String told) {
      this.isKnown = isKnown;
      this.status = status;
      this.told = told;
    }
  }

  private final int upstream;
  private final RawServer server = RawServer.start(this::serve);

  // Guarded by this.
  private final Set<Socket> sockets = new HashSet<>(); // that carry a WebSocket
  private Block block;

  BlockingProxy(int upstream) {
    this.upstream = upstream;
  }

  /** Returns it as one that clients know of. */
  Proxy known() {
    return new Proxy(
        Proxy.Type.HTTP, new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
  }

  /** Returns the address for clients that do not know of it. */
  String authority() {
    return "127.0.0.1:" + server.port();
  }

  /** Cuts all WebSockets, and lets none pass from now on. */
  synchronized void block(Block how) throws IOException {
    block = how;
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  /** Lets all pass again. */
  synchronized void unblock() {
    block = null;
  }

  private void serve(RawServer.Peer peer) throws IOException {
    String head = peer.read();
    boolean connects = head.startsWith("CONNECT ");
    boolean upgrades = head.contains("\r\nUpgrade: ");
    try (Socket onward = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
      Block blocked = connects || upgrades ? admit(onward) : null;
      if (blocked != null && !blocked.status.isEmpty()) {
        peer.write("HTTP/1.1 " + blocked.status + "\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      if (connects) {
        peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
      } else {
        String passed =
            blocked == null ? head : head.replaceAll("(Upgrade|Connection): .*\r\n", "");
        onward.getOutputStream().write(passed.getBytes(StandardCharsets.ISO_8859_1));
      }
      Thread back = new Thread(() -> copyBack(onward, peer), "blocking-proxy");
      back.setDaemon(true);
      back.start();
      peer.in().transferTo(onward.getOutputStream());
    }
  }

  /** Returns how it is blocked, or null if it may pass until that changes. */
  private synchronized Block admit(Socket socket) {
    if (block == null) {
      sockets.add(socket);
    }
    return block;
  }

  private static void copyBack(Socket from, RawServer.Peer peer) {
    try {
      byte[] bytes = new byte[8192];
      for (int n = from.getInputStream().read(bytes); n >= 0; ) {
        peer.write(Arrays.copyOf(bytes, n));
        n = from.getInputStream().read(bytes);
      }
    } catch (IOException e) {
      // One side has gone.
    } finally {
      close(peer);
    }
  }

  private static void close(RawServer.Peer peer) {
    try {
      peer.close();
    } catch (IOException e) {
      // It has gone.
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
