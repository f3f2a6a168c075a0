package dev.parley.webhooks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;

/** Makes sockets and remembers them. */
final class TrackedSockets extends SocketFactory {
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  List<Socket> sockets() {
    return sockets;
  }

  int open() {
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
