package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sits before a broker, command by command, and lets a test look on, answer in the broker's place,
 * hold back and cut off. The broker does not know of what was kept from it, so that its confirms
 * get the numbers that the client counts by. Its threads are called {@code amqp-tap}.
 */
final class Tap implements AutoCloseable {
  /** Decides on each command, on the thread that forwards it. */
  interface Watcher {
    /** Returns whether to forward it. */
    default boolean toBroker(Line line, Command command) throws IOException {
      return true;
    }

    /** Returns whether to forward it. */
    default boolean toClient(Line line, Command command) throws IOException {
      return true;
    }
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

  Set<Line> lines() {
    return lines;
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "amqp-tap");
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
    private final Map<Integer, Numbers> numbers = new HashMap<>(); // guarded by broker

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
        broker.getOutputStream().write(in.readNBytes(8)); // AMQP 0-9-1
        Command.Partial partial = new Command.Partial();
        Command command = Command.read(in, partial);
        while (command != null) {
          numbered(command);
          if (watcher.toBroker(this, command)) {
            sendToBroker(command);
          }
          command = Command.read(in, partial);
        }
      } catch (IOException e) {
        // The client has gone.
      } finally {
        endOutput();
      }
    }

    private void numbered(Command command) {
      synchronized (broker) {
        if (command.method() instanceof AMQP.Channel.Open) {
          numbers.put(command.channel(), new Numbers());
        } else if (command.method() instanceof AMQP.Basic.Publish) {
          numbers.get(command.channel()).came(command);
        }
      }
    }

    /** Returns by which number the client knows a message. */
    long number(Command publish) {
      synchronized (broker) {
        return numbers.get(publish.channel()).of.get(publish);
      }
    }

    private void forwardToClient() {
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(broker.getInputStream()))) {
        Command.Partial partial = new Command.Partial();
        Command command = Command.read(in, partial);
        while (command != null) {
          for (Command each : renumbered(command)) {
            if (watcher.toClient(this, each)) {
              sendToClient(each);
            }
          }
          command = Command.read(in, partial);
        }
      } catch (IOException e) {
        // One of them has gone.
      } finally {
        lines.remove(this);
        cut();
      }
    }

    private List<Command> renumbered(Command command) throws IOException {
      if (!(command.method() instanceof AMQP.Basic.Ack ack)) {
        return List.of(command);
      }
      List<Command> all = new ArrayList<>();
      synchronized (broker) {
        for (long number :
            numbers.get(command.channel()).confirmed(ack.getDeliveryTag(), ack.getMultiple())) {
          all.add(Command.of(command.channel(), new AMQImpl.Basic.Ack(number, false)));
        }
      }
      return all;
    }

    // What was forwarded before must be read by the broker, so that is no reset.
    private void endOutput() {
      try {
        broker.shutdownOutput();
      } catch (IOException e) {
        // It has gone.
      }
    }

    void sendToBroker(Command command) throws IOException {
      synchronized (broker) {
        broker.getOutputStream().write(command.bytes());
        if (command.method() instanceof AMQP.Basic.Publish) {
          numbers.get(command.channel()).forwarded(command);
        }
      }
    }

    void sendToClient(Command command) throws IOException {
      sendToClient(command, command.bytes().length);
    }

    void sendToClient(Command command, int length) throws IOException {
      synchronized (client) {
        try {
          client.getOutputStream().write(command.bytes(), 0, length);
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

  /** What both sides call the messages that are published on a channel. */
  private static final class Numbers {
    private final Map<Command, Long> of = new java.util.IdentityHashMap<>();
    private final TreeMap<Long, Long> unconfirmed = new TreeMap<>(); // the broker's, the client's
    private long client;
    private long broker;

    void came(Command publish) {
      of.put(publish, ++client);
    }

    void forwarded(Command publish) {
      unconfirmed.put(++broker, of.get(publish));
    }

    List<Long> confirmed(long number, boolean multiple) {
      var confirmed = unconfirmed.subMap(multiple ? 0 : number, true, number, true);
      List<Long> all = new ArrayList<>(confirmed.values());
      confirmed.clear();
      return all;
    }
  }
}
