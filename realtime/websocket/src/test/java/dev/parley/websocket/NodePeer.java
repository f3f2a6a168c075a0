package dev.parley.websocket;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server on npm's ws, which does as it is told. One process of Node has those of all tests. */
final class NodePeer implements Peer {
  private static final BlockingQueue<String> ANSWERS = new LinkedBlockingQueue<>();
  private static final Map<String, NodePeer> OPEN = new ConcurrentHashMap<>(); // by port
  private static final Map<String, End> ENDS = new ConcurrentHashMap<>(); // by number
  // Who reads what Node says must not wait until Node reads.
  private static final ExecutorService WRITER =
      Executors.newSingleThreadExecutor(task -> daemon(task, "peers-on-node-writer"));
  private static Process process;

  private final Behaviour behaviour;
  private final String port;

  NodePeer(Behaviour behaviour) {
    this.behaviour = behaviour;
    this.port = ask("open");
    OPEN.put(port, this);
  }

  private record End(NodePeer peer, String number, String path) implements Connection {
    @Override
    public void send(byte[] message) {
      write("send " + number + " " + Base64.getEncoder().encodeToString(message));
    }

    @Override
    public void end() {
      write("end " + number);
    }
  }

  @Override
  public int port() {
    return Integer.parseInt(port);
  }

  // A connection is told of before Node answers anything that was asked later.
  @Override
  public void awaitOpened() {
    ask("sync");
  }

  @Override
  public void holdReading(boolean hold) {
    ask((hold ? "hold " : "release ") + port);
  }

  @Override
  public void close() {
    ask("close " + port);
    OPEN.remove(port);
  }

  // ---------------------------------------------------------------- the process

  /** Starts the process if it does not run. */
  static synchronized void start() {
    if (process != null) {
      return;
    }
    process = Node.start("peer.mjs");
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    daemon(() -> output.lines().forEach(NodePeer::told), "peers-on-node-reader").start();
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private static void told(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "opened" -> {
        NodePeer peer = OPEN.get(words[2]);
        End end = new End(peer, words[1], words[3]);
        ENDS.put(words[1], end);
        peer.behaviour.opened(end);
      }
      case "heard" -> {
        End end = ENDS.get(words[1]);
        end.peer.behaviour.heard(end, Base64.getDecoder().decode(words[2]));
      }
      case "closed" -> {
        End end = ENDS.remove(words[1]);
        end.peer.behaviour.closed(end);
      }
      default -> ANSWERS.add(words[1]);
    }
  }

  private static synchronized String ask(String command) {
    start();
    write(command);
    try {
      String answer = ANSWERS.poll(45, TimeUnit.SECONDS);
      if (answer == null) {
        throw new IllegalStateException("Node is silent; see target/node/peer.mjs.log");
      }
      return answer;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(String command) {
    WRITER.execute(() -> {
      try {
        OutputStream input = process.getOutputStream();
        input.write((command + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }
}
