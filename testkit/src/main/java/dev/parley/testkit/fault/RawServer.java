package dev.parley.testkit.fault;

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
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A server on loopback that answers bytes by hand, so that it can break every rule of HTTP/1.1, or
 * by {@link RawHttp2} of HTTP/2.
 *
 * <p><b>Threads:</b> safe for use by many threads; each connection has a daemon thread.
 */
public final class RawServer implements AutoCloseable {
  /** What one connection does. */
  public interface Script {
    /** Runs until the connection has ended; what it throws closes it. */
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

  /** Starts one that does this on each connection. */
  public static RawServer start(Script script) {
    return new RawServer(script);
  }

  /** Answers every request with the same bytes. */
  public static RawServer answering(String response) {
    return start(peer -> {
      while (peer.read() != null) {
        peer.write(response);
      }
    });
  }

  /** Returns its address as {@code http://}. */
  public String uri() {
    return "http://localhost:" + port();
  }

  /** Returns its port. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Returns the first lines of the requests that arrived in full. */
  public List<String> arrivals() {
    return arrivals;
  }

  /** Returns how many connections it has accepted. */
  public int connections() {
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

  /**
   * One connection.
   *
   * <p><b>Threads:</b> one at a time.
   */
  public final class Peer {
    private final Socket socket;
    private final InputStream in;

    private Peer(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** Returns what comes in. */
    public InputStream in() {
      return in;
    }

    /** Reads a request in full and returns its head, or null at the end of the connection. */
    public @Nullable String read() throws IOException {
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
      for (String line : text.split("\r\n", -1)) {
        if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          in.readNBytes(Integer.parseInt(line.substring(15).trim()));
        }
      }
      arrivals.add(text.substring(0, text.indexOf("\r\n")));
      return text;
    }

    /** Writes text in ISO 8859-1. */
    public void write(String text) throws IOException {
      write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes bytes. */
    public void write(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    /** Closes by RST. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Closes by FIN. */
    public void close() throws IOException {
      socket.close();
    }

    /** Waits until the other side has closed. */
    public void awaitEnd() throws IOException {
      while (in.read() >= 0) {
        // Thrown away.
      }
    }
  }
}
