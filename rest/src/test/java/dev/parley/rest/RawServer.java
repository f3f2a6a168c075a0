package dev.parley.rest;

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

/** A server that answers bytes by hand, so that it can break every rule of HTTP/1.1. */
final class RawServer implements AutoCloseable {
  /** What one connection does. */
  interface Script {
    void run(Peer peer) throws Exception;
  }

  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<String> arrivals = new CopyOnWriteArrayList<>();

  private RawServer(Script script) {
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(() -> {
      while (!listener.isClosed()) {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        daemon(() -> {
          try (socket) {
            script.run(new Peer(socket));
          }
        });
      }
    });
  }

  static RawServer start(Script script) {
    return new RawServer(script);
  }

  /** Answers every request with the same bytes. */
  static RawServer answering(String response) {
    return start(peer -> {
      while (peer.read() != null) {
        peer.write(response);
      }
    });
  }

  String uri() {
    return "http://localhost:" + port();
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Returns the first lines of the requests that arrived in full. */
  List<String> arrivals() {
    return arrivals;
  }

  int connections() {
    return sockets.size();
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

  /** One connection. */
  final class Peer {
    private final Socket socket;
    private final InputStream in;

    Peer(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
    }

    InputStream in() {
      return in;
    }

    /** Reads a request in full and returns its head, or null at the end of the connection. */
    String read() throws IOException {
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
      String text = head.toString(StandardCharsets.ISO_8859_1);
      for (String line : text.split("\r\n")) {
        if (line.toLowerCase().startsWith("content-length:")) {
          in.readNBytes(Integer.parseInt(line.substring(15).trim()));
        }
      }
      arrivals.add(text.substring(0, text.indexOf("\r\n")));
      return text;
    }

    void write(String text) throws IOException {
      write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void write(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    /** Closes by RST. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    void close() throws IOException {
      socket.close();
    }

    /** Waits until the other side has closed. */
    void awaitEnd() throws IOException {
      while (in.read() >= 0) {
        // Thrown away.
      }
    }
  }
}
