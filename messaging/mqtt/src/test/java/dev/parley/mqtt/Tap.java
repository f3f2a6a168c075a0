package dev.parley.mqtt;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sits before a broker, packet by packet, and lets a test look on, answer in the broker's place,
 * hold back and cut off. Its threads are called {@code mqtt-tap}.
 */
final class Tap implements AutoCloseable {
  /** Decides on each packet, on the thread that forwards it. */
  interface Watcher {
    /** Returns whether to forward it. */
    boolean toBroker(Line line, Frame frame) throws IOException;

    /** Returns whether to forward it. */
    boolean toClient(Line line, Frame frame) throws IOException;
  }

  private final ServerSocket listener;
  private final int brokerPort;
  private final Watcher watcher;
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();

  Tap(int brokerPort, Watcher watcher) {
    this.brokerPort = brokerPort;
    this.watcher = watcher;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "mqtt-tap");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Line line = new Line(listener.accept());
        lines.add(line);
        start(line::forwardToBroker);
        start(line::forwardToClient);
      } catch (IOException e) {
        // Closed, or the broker is away: the client learns of it by its closed connection.
      }
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    lines.forEach(Line::cut);
  }

  /** One connection. */
  final class Line {
    private final Socket client;
    private final Socket broker;
    volatile String clientId = "";

    private Line(Socket client) throws IOException {
      this.client = client;
      try {
        broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
        broker.setTcpNoDelay(true);
        client.setTcpNoDelay(true);
      } catch (IOException e) {
        client.close();
        throw e;
      }
    }

    private void forwardToBroker() {
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(client.getInputStream()))) {
        Frame frame = Frame.read(in);
        while (frame != null) {
          if (watcher.toBroker(this, frame)) {
            sendToBroker(frame);
          }
          frame = Frame.read(in);
        }
      } catch (IOException e) {
        // The client has gone.
      } finally {
        endOutput();
      }
    }

    private void forwardToClient() {
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(broker.getInputStream()))) {
        Frame frame = Frame.read(in);
        while (frame != null) {
          if (watcher.toClient(this, frame)) {
            sendToClient(frame);
          }
          frame = Frame.read(in);
        }
      } catch (IOException e) {
        // One of them has gone.
      } finally {
        lines.remove(this);
        cut();
      }
    }

    // What was forwarded before must be read by the broker, so that is no reset.
    private void endOutput() {
      try {
        broker.shutdownOutput();
      } catch (IOException e) {
        // It has gone.
      }
    }

    void sendToBroker(Frame frame) throws IOException {
      synchronized (broker) {
        broker.getOutputStream().write(frame.bytes());
      }
    }

    void sendToClient(Frame frame) throws IOException {
      sendToClient(frame, frame.bytes().length);
    }

    void sendToClient(Frame frame, int length) throws IOException {
      synchronized (client) {
        try {
          client.getOutputStream().write(frame.bytes(), 0, length);
        } catch (SocketException e) {
          // The client has gone, but what the broker says may still matter to the watcher.
        }
      }
    }

    /** Ends it on both sides. */
    void cut() {
      try {
        client.close();
        broker.close();
      } catch (IOException e) {
        // It has gone.
      }
    }
  }
}
