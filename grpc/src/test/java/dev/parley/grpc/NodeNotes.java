package dev.parley.grpc;

import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.Note;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Notes on grpc-js, which asks here what to do with each. One process has those of all tests. */
final class NodeNotes extends NotesPeer {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final BlockingQueue<Integer> ANSWERS = new LinkedBlockingQueue<>();
  private static final Map<Integer, NodeNotes> OPEN = new ConcurrentHashMap<>();
  private static Process process;

  private final Predicate<Note> trouble; // whether the network takes the request
  private final Set<Integer> held = ConcurrentHashMap.newKeySet();
  private final AtomicInteger sessions = new AtomicInteger();
  private final int port;
  private volatile JsonNode lastHeaders = JSON.createObjectNode();

  NodeNotes(Predicate<Note> trouble) {
    this.trouble = trouble;
    this.port = command(JSON.createObjectNode().put("command", "open"));
    OPEN.put(port, this);
  }

  @Override
  int port() {
    return port;
  }

  @Override
  Optional<String> lastHeader(String name) {
    return Optional.ofNullable(lastHeaders.get(name)).map(JsonNode::asString);
  }

  @Override
  void publish(byte[] message) {
    command(to("publish").put("note", Base64.getEncoder().encodeToString(message)));
  }

  @Override
  void end() {
    command(to("end"));
  }

  @Override
  int sessions() {
    return sessions.get();
  }

  @Override
  void say(byte[] message) {
    command(to("say").put("note", Base64.getEncoder().encodeToString(message)));
  }

  @Override
  void endSessions() {
    command(to("endSessions"));
  }

  @Override
  void holdReading(boolean hold) {
    command(to("hold").put("hold", hold));
  }

  @Override
  void keepCompletedSessions() {
    command(to("keepCompleted"));
  }

  @Override
  public void close() {
    command(to("close"));
    OPEN.remove(port);
  }

  private ObjectNode to(String command) {
    return JSON.createObjectNode().put("command", command).put("port", port);
  }

  // ---------------------------------------------------------------- what it tells

  private void told(JsonNode event) {
    switch (event.get("event").asString()) {
      case "ask" -> asked(event);
      case "abandoned" -> {
        if (held.remove(event.get("id").asInt())) {
          script.abandoned();
        }
      }
      case "connect" -> connects.incrementAndGet();
      case "opened" -> {
        heardCompletion = false;
        sessions.incrementAndGet();
        connects.incrementAndGet();
      }
      case "closed" -> sessions.decrementAndGet();
      default -> heardCompletion = true;
    }
  }

  private void asked(JsonNode event) {
    lastHeaders = event.get("headers");
    JsonNode key = lastHeaders.get("idempotency-key");
    Note note = Note.of(Base64.getDecoder().decode(event.get("note").asString()));
    Act act = script.arrived(note, key == null ? null : key.asString());
    int id = event.get("id").asInt();
    if (trouble.test(note)) {
      return;
    }
    if (act.kind() == Act.Kind.HOLD) {
      held.add(id);
      script.released().thenRun(() -> act(id, Act.ECHO));
    } else {
      act(id, act);
    }
  }

  private static void act(int id, Act act) {
    ObjectNode answer = JSON.createObjectNode().put("command", "act").put("id", id);
    answer
        .putObject("act")
        .put("kind", act.kind().name())
        .put("wait", act.retryAfter() == null ? 0 : act.retryAfter().toMillis());
    write(answer);
  }

  // ---------------------------------------------------------------- the process

  /** Gives a command, and waits until it is done: everything told before has been heard then. */
  private static synchronized int command(ObjectNode command) {
    if (process == null) {
      start();
    }
    write(command);
    try {
      Integer port = ANSWERS.poll(45, TimeUnit.SECONDS);
      if (port == null) {
        throw new IllegalStateException("Node is silent; see target/node/notes.js.log");
      }
      return port;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void start() {
    process = Node.start("notes.js");
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Thread reader = new Thread(() -> output.lines().forEach(NodeNotes::heard), "notes-of-node");
    reader.setDaemon(true);
    reader.start();
  }

  private static void heard(String line) {
    JsonNode event = JSON.readTree(line);
    int port = event.get("port").asInt();
    switch (event.get("event").asString()) {
      case "port", "done" -> ANSWERS.add(port);
      default -> {
        NodeNotes notes = OPEN.get(port);
        if (notes != null) { // its test is not over
          notes.told(event);
        }
      }
    }
  }

  private static void write(ObjectNode command) {
    OutputStream input = process.getOutputStream();
    synchronized (input) {
      try {
        input.write((command + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
