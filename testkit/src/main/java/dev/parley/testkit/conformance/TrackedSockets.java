package dev.parley.testkit.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;

/**
 * Makes sockets and remembers them: give it to a native client that takes a {@link SocketFactory},
 * and a harness can tell how many connections are open.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class TrackedSockets extends SocketFactory {
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  /** Makes a factory that has made no socket yet. */
  public TrackedSockets() {}

  /** Returns all that it has made, the oldest first. */
  public List<Socket> sockets() {
    return List.copyOf(sockets);
  }

  /** Returns how many are not closed. */
  public int open() {
    return (int) sockets.stream().filter(socket -> !socket.isClosed()).count();
  }

  @Override
  public Socket createSocket() throws IOException {
    return tracked(SocketFactory.getDefault().createSocket());
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return tracked(SocketFactory.getDefault().createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return tracked(SocketFactory.getDefault().createSocket(host, port, local, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return tracked(SocketFactory.getDefault().createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return tracked(SocketFactory.getDefault().createSocket(host, port, local, localPort));
  }

  private Socket tracked(Socket socket) {
    sockets.add(socket);
    return socket;
  }
}
