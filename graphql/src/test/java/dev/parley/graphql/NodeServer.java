package dev.parley.graphql;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server on graphql-yoga in Node; {@code npm ci} is run once for each clean build. */
final class NodeServer implements Server {
  private static final Path SCRIPTS = Path.of("../scripts").toAbsolutePath();
  private static final Path SOURCES = Path.of("src/test/node").toAbsolutePath();
  private static final Path SCHEMA = Path.of("src/test/resources/schema.graphqls").toAbsolutePath();
  private static final Path FOLDER = Path.of("target/node").toAbsolutePath();

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final BlockingQueue<Integer> PORTS = new LinkedBlockingQueue<>();
  private static final BlockingQueue<Integer> DONE = new LinkedBlockingQueue<>();
  private static final Map<Integer, UnaryOperator<JsonNode>> ASKED = new ConcurrentHashMap<>();
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "script-of-node");
        thread.setDaemon(true);
        return thread;
      });
  private static final Map<Integer, AtomicInteger> SUBSCRIPTIONS = new ConcurrentHashMap<>();
  private static Process process;

  private final int port;

  NodeServer() {
    port = ask("plain", PORTS);
  }

  /** Starts a server that asks what to do with each request, on a thread that may block. */
  NodeServer(UnaryOperator<JsonNode> script) {
    port = ask("scripted", PORTS);
    ASKED.put(port, script);
  }

  @Override
  public void publish(String id, String text) {
    Map<String, String> note = new HashMap<>();
    note.put("id", id);
    note.put("text", text);
    tell("publish " + port + " " + JSON.writeValueAsString(note));
  }

  @Override
  public void end() {
    tell("end " + port);
  }

  @Override
  public int subscriptions() {
    return count(port).get();
  }

  private static AtomicInteger count(int port) {
    return SUBSCRIPTIONS.computeIfAbsent(port, any -> new AtomicInteger());
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void close() {
    ASKED.remove(port);
    tell("close " + port);
  }

  private static void tell(String line) {
    ask(line, DONE);
  }

  /** Gives a command, and waits for its answer, before which everything has been read. */
  private static synchronized int ask(String line, BlockingQueue<Integer> answers) {
    try {
      start();
      write(line);
      Integer port = answers.poll(30, TimeUnit.SECONDS);
      if (port == null) {
        throw new IllegalStateException("Node is silent; see " + FOLDER.resolve("server.log"));
      }
      return port;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // One process has the servers of all tests; it ends when this JVM does, and its input with it.
  private static void start() throws IOException {
    if (process != null) {
      return;
    }
    install();
    process =
        new ProcessBuilder(SCRIPTS + "/node", "server.mjs", SCHEMA.toString())
            .directory(FOLDER.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(FOLDER.resolve("server.log").toFile()))
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Thread reader =
        new Thread(() -> output.lines().forEach(NodeServer::told), "script-node-output");
    reader.setDaemon(true);
    reader.start();
  }

  private static void write(String line) throws IOException {
    OutputStream input = process.getOutputStream();
    synchronized (input) {
      input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    }
  }

  private static void act(UnaryOperator<JsonNode> script, String id, String question) {
    try {
      write("act " + id + " " + script.apply(JSON.readTree(question)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void told(String line) {
    String[] words = line.split(" ", 4);
    int port = Integer.parseInt(words[1]);
    switch (words[0]) {
      case "port" -> {
        SUBSCRIPTIONS.put(port, new AtomicInteger());
        PORTS.add(port);
      }
      case "done" -> DONE.add(port);
      case "ask" -> {
        UnaryOperator<JsonNode> script = ASKED.get(port);
        if (script != null) { // its test is not over
          THREADS.execute(() -> act(script, words[2], words[3]));
        }
      }
      default -> count(port).incrementAndGet();
    }
  }

  // The tests of a module run in several JVMs at once.
  private static void install() throws IOException {
    Files.createDirectories(FOLDER);
    try (FileChannel file =
            FileChannel.open(
                FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      for (String each : List.of("package.json", "package-lock.json", ".npmrc", "server.mjs")) {
        update(SOURCES.resolve(each), FOLDER.resolve(each));
      }
      Path done = FOLDER.resolve("node_modules/.package-lock.json");
      if (lock.isValid() && !Files.exists(done)) {
        npmCi();
      }
    }
  }

  // What is up to date is left alone: a Node that another JVM has just started may be reading it.
  private static void update(Path source, Path copy) throws IOException {
    if (!Files.exists(copy) || Files.mismatch(source, copy) >= 0) {
      Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void npmCi() throws IOException {
    Process npm =
        new ProcessBuilder(SCRIPTS + "/npm", "ci", "--no-audit", "--no-fund")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(FOLDER.resolve("npm.log").toFile())
            .start();
    try {
      if (npm.waitFor() != 0) {
        throw new IOException("npm ci failed: see " + FOLDER.resolve("npm.log"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("npm ci was interrupted", e);
    }
  }
}
