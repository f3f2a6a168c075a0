package dev.parley.sse;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers bytes by hand, so that it can break every rule. */
final class RawServer implements AutoCloseable {
  static final String EVENTS =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

  /** What is done with one request; the connection is closed behind it. */
  interface Script {
    void run(Peer peer, int number) throws Exception;
  }

  /** One request, and the way to answer it. */
  static final class Peer {
    final String head;
    final String body;
    private final Socket socket;

    Peer(Socket socket, String head, String body) {
      this.socket = socket;
      this.head = head;
      this.body = body;
    }

    /** Returns the value of a header, or null. */
    String header(String name) {
      for (String line : head.split("\r\n")) {
        if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
          return line.substring(name.length() + 1).trim();
        }
      }
      return null;
    }

    void write(String text) throws IOException {
      write(text.getBytes(StandardCharsets.UTF_8));
    }

    void write(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    /** Writes a chunk of a chunked answer. */
    void chunk(String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      write(Integer.toHexString(bytes.length) + "\r\n" + text + "\r\n");
    }

    /** Waits until the other side has closed. */
    void awaitEnd() throws IOException {
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        // Thrown away.
      }
    }

    /** Closes by RST. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<Peer> arrivals = new CopyOnWriteArrayList<>();

  RawServer(Script script) {
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicInteger number = new AtomicInteger();
    daemon(() -> {
      while (!listener.isClosed()) {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        daemon(() -> {
          try (socket) {
            Peer peer = read(socket);
            if (peer != null) {
              arrivals.add(peer);
              script.run(peer, number.incrementAndGet());
            }
          }
        });
      }
    });
  }

  /** Answers with these bytes and stays connected. */
  static RawServer streaming(String events) {
    return new RawServer((peer, number) -> {
      peer.write(EVENTS + events);
      peer.awaitEnd();
    });
  }

  String uri() {
    return "sse+http://127.0.0.1:" + port();
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Returns the requests that arrived in full. */
  List<Peer> arrivals() {
    return arrivals;
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Peer read(Socket socket) throws IOException {
    InputStream in = new BufferedInputStream(socket.getInputStream());
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last4 = 0;
    while (last4 != 0x0d0a0d0a) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.write(next);
      last4 = last4 << 8 | next;
    }
    Peer peer = new Peer(socket, head.toString(StandardCharsets.UTF_8), "");
    String length = peer.header("Content-Length");
    byte[] body = in.readNBytes(length == null ? 0 : Integer.parseInt(length));
    return new Peer(socket, peer.head, new String(body, StandardCharsets.UTF_8));
  }

  private interface Task {
    void run() throws Exception;
  }

  private static void daemon(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                // The connection or the server has ended.
              }
            },
            "raw-server");
    thread.setDaemon(true);
    thread.start();
  }
}
