package dev.parley.testkit.fault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A server on plain sockets that remembers what it saw of each connection. */
final class PlainServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Service service;
  private final Thread acceptor;
  private final List<Session> sessions = new CopyOnWriteArrayList<>();

  private PlainServer(Service service) throws IOException {
    this.service = service;
    listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    acceptor = start(this::accept);
  }

  /** Sends back every byte, and ends the stream when the client does. */
  static PlainServer echo() throws IOException {
    return serving(session -> {
      byte[] buffer = new byte[8192];
      for (int n; (n = session.read(buffer)) >= 0; ) {
        session.write(buffer, n);
      }
    });
  }

  /** Answers every line {@code x} with the line {@code re: x}. */
  static PlainServer answering() throws IOException {
    return serving(session -> {
      for (String line; (line = session.readLine()) != null; ) {
        byte[] answer = ("re: " + line + "\n").getBytes(StandardCharsets.UTF_8);
        session.write(answer, answer.length);
      }
    });
  }

  static PlainServer serving(Service service) throws IOException {
    return new PlainServer(service);
  }

  /** Waits as Awaitility does, but looks every 5 ms, for half a minute. */
  static ConditionFactory await() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5));
  }

  int port() {
    return listener.getLocalPort();
  }

  List<Session> sessions() {
    return sessions;
  }

  Session session(int index) {
    return sessions.get(index);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    // Until the acceptor has noticed, the system may still complete a connection.
    try {
      acceptor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Session session : sessions) {
      session.socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Session session = new Session(listener.accept());
        sessions.add(session);
        start(() -> serve(session));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Session session) {
    try (session.socket) {
      service.serve(session);
    } catch (IOException e) {
      session.end = e.getMessage();
    }
  }

  private static Thread start(Runnable task) {
    Thread thread = new Thread(task, "plain-server");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  interface Service {
    void serve(Session session) throws IOException;
  }

  /** One connection, as the server sees it. */
  static final class Session {
    final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private volatile String end = "open";
    private volatile long written;

    private Session(Socket socket) throws IOException {
      this.socket = socket;
      socket.setTcpNoDelay(true);
      in = socket.getInputStream();
      out = socket.getOutputStream();
    }

    int read(byte[] buffer) throws IOException {
      int n = in.read(buffer);
      if (n < 0) {
        end = "end of stream";
      } else {
        received.write(buffer, 0, n);
      }
      return n;
    }

    String readLine() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      byte[] one = new byte[1];
      while (read(one) >= 0) {
        if (one[0] == '\n') {
          return line.toString(StandardCharsets.UTF_8);
        }
        line.write(one[0]);
      }
      return null;
    }

    void write(byte[] bytes, int count) throws IOException {
      out.write(bytes, 0, count);
      written += count;
    }

    String received() {
      return received.toString(StandardCharsets.ISO_8859_1);
    }

    long written() {
      return written;
    }

    /** "open", "end of stream", or the message of the exception that ended it. */
    String end() {
      return end;
    }

    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
