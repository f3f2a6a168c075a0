package dev.parley.sse;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** The server of events in Node, in a process of its own. */
final class NodeServer implements EventServer {
  /** A stream that began. */
  record Connect(String method, String lastEventId, String body) {}

  private final Process process;
  private final OutputStream commands;
  private final List<Integer> ports = new CopyOnWriteArrayList<>();
  private final List<Connect> connects = new CopyOnWriteArrayList<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();

  NodeServer(boolean replays, int heartbeatMillis, int ports) {
    try {
      process =
          new ProcessBuilder(
                  "../../scripts/node",
                  "src/test/node/sse-server.mjs",
                  Boolean.toString(replays),
                  Integer.toString(heartbeatMillis),
                  Integer.toString(ports))
              .redirectError(new File("target/sse-server.log"))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("Node.js cannot be started; see scripts/node", e);
    }
    commands = process.getOutputStream();
    Thread reader = new Thread(this::read, "node-output");
    reader.setDaemon(true);
    reader.start();
    Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> this.ports.size() == ports || !process.isAlive());
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
          case "port" -> ports.add(Integer.valueOf(words[1]));
          case "connect" ->
              connects.add(
                  new Connect(
                      words[1], words[2].equals("-") ? null : text(words[2]), text(words[3])));
          case "seen" -> seen.add(text(words[1]));
          default -> throw new IllegalStateException(line);
        }
      }
    } catch (IOException e) {
      // The server has ended.
    }
  }

  private static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  @Override
  public int port() {
    return ports.get(0);
  }

  List<Integer> ports() {
    return ports;
  }

  List<Connect> streams() {
    return connects;
  }

  /** Returns what browsers told that they saw. */
  List<String> seen() {
    return seen;
  }

  @Override
  public int connects() {
    return connects.size();
  }

  @Override
  public void publish(String id, String type, String data) {
    String block =
        (id == null ? "" : "id: " + id + "\n")
            + (type == null ? "" : "event: " + type + "\n")
            + data.lines().map(line -> "data: " + line + "\n").collect(Collectors.joining())
            + (data.isEmpty() || data.endsWith("\n") ? "data: \n" : "")
            + "\n";
    publishBlock(id, block);
  }

  void publishBlock(String id, String block) {
    command("{\"op\":\"publish\",\"id\":" + json(id) + ",\"block\":" + json(block) + "}");
  }

  /** Cuts all connections. */
  void cut() {
    command("{\"op\":\"cut\"}");
  }

  /** Ends all answers in order. */
  void finish() {
    command("{\"op\":\"finish\"}");
  }

  private static String json(String text) {
    if (text == null) {
      return "null";
    }
    StringBuilder json = new StringBuilder("\"");
    text.chars()
        .forEach(c -> {
          if (c < 0x20 || c == '"' || c == '\\') {
            json.append(String.format("\\u%04x", c));
          } else {
            json.append((char) c);
          }
        });
    return json.append('"').toString();
  }

  private synchronized void command(String json) {
    try {
      commands.write((json + "\n").getBytes(StandardCharsets.UTF_8));
      commands.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
