package dev.parley.mqtt;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserPropertiesBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import dev.parley.Channel;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Topic;
import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.CallHarness;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.QueueHarness;
import dev.parley.testkit.conformance.SendHarness;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.fault.FaultProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A real Mosquitto behind a fault proxy and a {@link Tap}, which knows what was acknowledged, and
 * answers in the broker's place what the script says. Calls are answered by a native client.
 */
final class MqttHarness implements SendHarness, QueueHarness, CallHarness {
  private final PeerScript script = new PeerScript();
  private final String own = UUID.randomUUID().toString();
  private final Tap tap;
  private final FaultProxy proxy;
  private final ProxyTroubles troubles;
  private final int replyType;
  private final Mqtt5BlockingClient other;
  private final AtomicInteger number = new AtomicInteger();

  private final AtomicReference<Trouble> onRequest = new AtomicReference<>();
  private final Set<String> garbage = ConcurrentHashMap.newKeySet();
  private volatile Map<String, String> lastHeaders = Map.of();

  // Guarded by itself.
  private final Set<String> unacknowledged = new HashSet<>();
  private final List<Held> held = new ArrayList<>(); // guarded by itself

  private record Held(Tap.Line line, Frame frame) {}

  private MqttHarness(int replyType) {
    this.replyType = replyType;
    Mosquitto broker = Mosquitto.shared();
    tap = new Tap(broker.port(), new Watching());
    proxy = FaultProxy.to(tap.port());
    troubles = new ProxyTroubles(proxy);
    other =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(broker.port())
            .identifier("other-" + own)
            .buildBlocking();
    other.connect();
  }

  static MqttHarness ofMessages() {
    return new MqttHarness(Frame.PUBACK);
  }

  /** Returns one whose queue exists: a session of the group's that somebody has subscribed. */
  static MqttHarness ofQueues() {
    MqttHarness made = new MqttHarness(Frame.PUBACK);
    Mqtt5BlockingClient session =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(Mosquitto.shared().port())
            .identifier(made.own + "-queue-notes")
            .buildBlocking();
    session.connectWith().cleanStart(false).sessionExpiryInterval(600).send();
    session
        .subscribeWith()
        .topicFilter("$share/notes/" + made.own + "/queue")
        .qos(MqttQos.AT_LEAST_ONCE)
        .send();
    session.disconnect();
    return made;
  }

  static MqttHarness ofCalls() {
    MqttHarness made = new MqttHarness(Frame.PUBLISH);
    made.answer();
    return made;
  }

  private void answer() {
    other
        .toAsync()
        .subscribeWith()
        .topicFilter(own + "/calls")
        .qos(MqttQos.AT_LEAST_ONCE)
        .callback(request -> {
          Note note = Note.of(request.getPayloadAsBytes());
          byte[] reply =
              garbage.contains(note.id())
                  ? "not a note".getBytes(StandardCharsets.UTF_8)
                  : request.getPayloadAsBytes();
          Object unused =
              other
                  .toAsync()
                  .publishWith()
                  .topic(request.getResponseTopic().orElseThrow())
                  .payload(reply)
                  .qos(MqttQos.AT_LEAST_ONCE)
                  .contentType(Note.CONTENT_TYPE)
                  .correlationData(request.getCorrelationData().orElseThrow())
                  .send();
        })
        .send()
        .join();
  }

  // ---------------------------------------------------------------- what passes the tap

  private final class Watching implements Tap.Watcher {
    private final Map<Tap.Line, Map<Integer, String>> delivered =
        new HashMap<>(); // guarded by this
    private final Map<Tap.Line, Queue<String>> pings = new HashMap<>(); // guarded by this

    @Override
    public boolean toBroker(Tap.Line line, Frame frame) throws IOException {
      switch (frame.type()) {
        case Frame.CONNECT -> line.clientId = frame.clientId();
        case Frame.PUBLISH -> {
          return request(line, frame);
        }
        case Frame.PUBACK -> {
          acknowledged(line, frame);
          return false;
        }
        case Frame.PINGREQ -> ping(line, "");
        default -> {}
      }
      return true;
    }

    // It counts once the broker has read it, which a ping behind it tells.
    private void acknowledged(Tap.Line line, Frame frame) throws IOException {
      String message;
      synchronized (this) {
        Map<Integer, String> byId = delivered.getOrDefault(line, Map.of());
        message = byId.getOrDefault(frame.packetId(), "");
      }
      synchronized (line) {
        line.sendToBroker(frame);
        ping(line, message);
        line.sendToBroker(Frame.of(Frame.PINGREQ));
      }
    }

    private synchronized void ping(Tap.Line line, String message) {
      pings.computeIfAbsent(line, any -> new ArrayDeque<>()).add(message);
    }

    @Override
    public boolean toClient(Tap.Line line, Frame frame) throws IOException {
      if (frame.type() == Frame.PINGRESP) {
        String message;
        synchronized (this) {
          message = pings.get(line).remove();
        }
        if (!message.isEmpty()) {
          synchronized (unacknowledged) {
            unacknowledged.remove(message);
          }
          return false;
        }
      } else if (frame.type() == Frame.PUBLISH) {
        synchronized (this) {
          delivered
              .computeIfAbsent(line, any -> new HashMap<>())
              .put(frame.packetId(), new String(frame.payload(), StandardCharsets.UTF_8));
        }
      }
      return frame.type() != replyType || reply(line, frame);
    }
  }

  private boolean request(Tap.Line line, Frame frame) throws IOException {
    Note note = Note.of(frame.payload());
    Map<String, String> headers = frame.userProperties();
    lastHeaders = headers;
    Act act = script.arrived(note, headers.get(Names.IDEMPOTENCY_KEY));
    if (onRequest.compareAndSet(Trouble.CUT_REPLY, null)) {
      proxy.cutAll();
      return false;
    }
    switch (act.kind()) {
      case BUSY -> line.sendToClient(Frame.puback(frame.packetId(), 0x80));
      case DECLINE -> line.sendToClient(Frame.puback(frame.packetId(), 0x97));
      case FORBID -> line.sendToClient(Frame.puback(frame.packetId(), 0x87));
      case GARBAGE -> {
        garbage.add(note.id());
        return true;
      }
      case HOLD ->
          script
              .released()
              .thenRun(() -> {
                try {
                  line.sendToBroker(frame);
                } catch (IOException e) {
                  // It has gone.
                }
              });
      case ECHO -> {
        return true;
      }
    }
    return false;
  }

  private boolean reply(Tap.Line line, Frame frame) throws IOException {
    if (onRequest.compareAndSet(Trouble.TRUNCATE_REPLY, null)) {
      line.sendToClient(frame, frame.bytes().length / 2);
      line.cut();
      return false;
    }
    synchronized (held) {
      if (onRequest.get() == Trouble.TRICKLE) {
        held.add(new Held(line, frame));
        return false;
      }
    }
    return true;
  }

  // ---------------------------------------------------------------- any harness

  @Override
  public String adapter() {
    return "mqtt, Mosquitto";
  }

  // Without aliases: of a message that the tap keeps from it, the broker would not learn them.
  @Override
  public String uri() {
    return "mqtt://127.0.0.1:" + proxy.port() + "?clientId=" + own + "&group=notes&topicAliases=0";
  }

  @Override
  public PeerScript script() {
    return script;
  }

  @Override
  public Set<Trouble> troubles() {
    return troubles.all();
  }

  @Override
  public void cause(Trouble trouble) {
    switch (trouble) {
      case REFUSE, CUT, STALL -> troubles.cause(trouble);
      default -> onRequest.set(trouble);
    }
  }

  @Override
  public void heal() {
    troubles.heal();
    List<Held> late;
    synchronized (held) {
      onRequest.set(null);
      late = new ArrayList<>(held);
      held.clear();
    }
    for (Held each : late) {
      try {
        each.line().sendToClient(each.frame());
      } catch (IOException e) {
        // It has gone.
      }
    }
  }

  @Override
  public boolean carriesHints() {
    return false;
  }

  @Override
  public boolean acceptsAnyType() {
    return true; // Jackson
  }

  @Override
  public boolean carriesHeaders() {
    return true;
  }

  @Override
  public Optional<String> lastHeader(String name) {
    return lastHeaders.entrySet().stream()
        .filter(each -> each.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  @Override
  public boolean isOwnThread(Thread thread) {
    String name = thread.getName();
    return name.equals("mqtt-tap")
        || name.startsWith("parley-fault-proxy")
        || name.startsWith("com.hivemq.client")
        || name.startsWith("globalEventExecutor") // Netty's, of the JVM; it ends after a second
        || name.startsWith("Rx"); // of the harness's own native client
  }

  @Override
  public <C extends Channel> Optional<C> openCustomized(
      Parley parley, Class<C> capability, Runnable customizer) {
    MqttChannel.Builder builder =
        MqttChannel.builder(uri())
            .customize(builder0 -> {
              customizer.run();
              return builder0;
            });
    return Optional.of(
        parley
            .at("mqtt://127.0.0.1:" + proxy.port())
            .provider(builder.provider())
            .open(capability));
  }

  @Override
  public Optional<Class<?>> nativeClient() {
    return Optional.of(Mqtt5AsyncClient.class);
  }

  @Override
  public Optional<Class<?>> nativeFailure() {
    return Optional.of(ConnectionFailedException.class);
  }

  @Override
  public void close() {
    other.disconnect();
    proxy.close();
    tap.close();
  }

  // ---------------------------------------------------------------- sends and calls

  @Override
  public Topic<Note> topic(Idempotency idempotency) {
    return Topic.of(own + "/notes", Note.class).with(idempotency);
  }

  @Override
  public Optional<Topic<Note>> unboundTopic() {
    return Optional.of(Topic.of(own + "/+", Note.class)); // a filter
  }

  @Override
  public Optional<Class<?>> nativeReceipt() {
    return Optional.of(Mqtt5PublishResult.class);
  }

  @Override
  public Operation<Note, Note> operation(Idempotency idempotency) {
    return Operation.of("notes", Note.class, Note.class)
        .with(idempotency)
        .bind(Mqtt.topic(own + "/calls"));
  }

  @Override
  public Optional<Operation<Note, Note>> unboundOperation() {
    return Optional.of(Operation.of(own + "/#", Note.class, Note.class)); // a filter
  }

  @Override
  public Optional<Operation<Note, Note>> nativelyBound(Runnable used) {
    return Optional.of(
        Operation.of("notes", Note.class, Note.class)
            .bind(
                Mqtt.topic(own + "/calls")
                    .customize(publish -> {
                      used.run();
                      return publish;
                    })));
  }

  @Override
  public Optional<Class<?>> nativeReply() {
    return Optional.of(Mqtt5Publish.class);
  }

  // ---------------------------------------------------------------- queues

  @Override
  public Topic<Note> queue() {
    return Topic.of("queue", Note.class).bind(Mqtt.topic(own + "/queue"));
  }

  @Override
  public void publish(Note note, @Nullable String key) {
    publish(note.toBytes(), key);
  }

  @Override
  public void publishGarbage() {
    publish("not a note".getBytes(StandardCharsets.UTF_8), null);
  }

  private void publish(byte[] payload, @Nullable String key) {
    synchronized (unacknowledged) {
      unacknowledged.add(new String(payload, StandardCharsets.UTF_8));
    }
    Mqtt5UserPropertiesBuilder properties =
        Mqtt5UserProperties.builder().add(Names.ID, "m" + number.incrementAndGet());
    if (key != null) {
      properties = properties.add(Names.KEY, key);
    }
    other
        .publishWith()
        .topic(own + "/queue")
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload)
        .contentType(Note.CONTENT_TYPE)
        .userProperties(properties.build())
        .send();
  }

  @Override
  public int backlog() {
    synchronized (unacknowledged) {
      return unacknowledged.size();
    }
  }

  @Override
  public boolean countsAttempts() {
    return false; // it tells that it delivers again, not how often
  }

  @Override
  public Optional<Class<?>> nativeMessage() {
    return Optional.of(Mqtt5Publish.class);
  }

  @Override
  public Optional<Topic<Note>> unboundQueue() {
    return Optional.of(
        Topic.of("queue", Note.class).bind(Mqtt.topic(own + "/queue").qos(0))); // no ack
  }
}
