package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.impl.AMQImpl;
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
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A real RabbitMQ behind a fault proxy and a {@link Tap}, which knows what was acknowledged, and
 * answers in the broker's place what the script says. Calls are answered by a native client.
 */
final class RabbitMqHarness implements SendHarness, QueueHarness, CallHarness {
  private final PeerScript script = new PeerScript();
  private final String own = UUID.randomUUID().toString();
  private final Tap tap;
  private final FaultProxy proxy;
  private final ProxyTroubles troubles;
  private final boolean isScripted;
  private final Class<?> replyType;
  private final Connection other;
  private final Channel channel; // guarded by itself
  private final AtomicInteger number = new AtomicInteger();

  private final AtomicReference<Trouble> onRequest = new AtomicReference<>();
  private final Set<String> garbage = ConcurrentHashMap.newKeySet();
  private volatile Map<String, Object> lastHeaders = Map.of();

  private final Set<String> unacknowledged = new HashSet<>(); // guarded by itself
  private final List<String> deadLetters = new ArrayList<>();
  private final List<Held> held = new ArrayList<>(); // guarded by itself

  private record Held(Tap.Line line, Command command) {}

  private RabbitMqHarness(Broker broker, @Nullable Class<?> replyType) throws Exception {
    this.isScripted = replyType != null;
    this.replyType = replyType == null ? Void.class : replyType;
    tap = new Tap(broker.port(), new Watching());
    proxy = FaultProxy.to(tap.port());
    troubles = new ProxyTroubles(proxy);
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(broker.port());
    factory.setSharedExecutor(new DirectExecutor());
    other = factory.newConnection("other");
    channel = other.createChannel();
    channel.queueDeclare(own + ".queue", true, false, false, Map.of());
    channel.queueDeclare(own + ".dead", true, false, false, Map.of());
  }

  static RabbitMqHarness ofMessages(Broker broker) throws Exception {
    return new RabbitMqHarness(broker, AMQP.Basic.Ack.class);
  }

  static RabbitMqHarness ofQueues(Broker broker) throws Exception {
    return new RabbitMqHarness(broker, null);
  }

  static RabbitMqHarness ofCalls(Broker broker) throws Exception {
    RabbitMqHarness made = new RabbitMqHarness(broker, AMQP.Basic.Deliver.class);
    Channel answering = made.other.createChannel();
    answering.basicConsume(
        made.own + ".queue", true, (tag, request) -> made.answer(answering, request), tag -> {});
    return made;
  }

  private void answer(Channel answering, Delivery request) throws IOException {
    Note note = Note.of(request.getBody());
    byte[] reply =
        garbage.contains(note.id())
            ? "not a note".getBytes(StandardCharsets.UTF_8)
            : request.getBody();
    answering.basicPublish(
        "",
        request.getProperties().getReplyTo(),
        new AMQP.BasicProperties.Builder()
            .contentType(Note.CONTENT_TYPE)
            .correlationId(request.getProperties().getCorrelationId())
            .build(),
        reply);
  }

  // ---------------------------------------------------------------- what passes the tap

  private final class Watching implements Tap.Watcher {
    private final Map<Tap.Line, TreeMap<Long, String>> delivered =
        new HashMap<>(); // guarded by this

    @Override
    public boolean toBroker(Tap.Line line, Command command) throws IOException {
      if (isScripted && command.method() instanceof AMQP.Basic.Publish) {
        return request(line, command);
      }
      if (command.method() instanceof AMQP.Basic.Ack ack) {
        // The broker reads it, whatever becomes of the client.
        line.sendToBroker(command);
        settled(line, ack.getDeliveryTag(), ack.getMultiple());
        return false;
      }
      if (command.method() instanceof AMQP.Basic.Nack nack) {
        synchronized (this) {
          delivered.get(line).remove(nack.getDeliveryTag());
        }
      }
      return !(isScripted && command.method() instanceof AMQP.Connection.CloseOk);
    }

    private void settled(Tap.Line line, long tag, boolean multiple) {
      List<String> messages;
      synchronized (this) {
        var settled =
            delivered
                .getOrDefault(line, new TreeMap<>())
                .subMap(multiple ? 0 : tag, true, tag, true);
        messages = new ArrayList<>(settled.values());
        settled.clear();
      }
      synchronized (unacknowledged) {
        messages.forEach(unacknowledged::remove);
      }
    }

    @Override
    public boolean toClient(Tap.Line line, Command command) throws IOException {
      if (command.method() instanceof AMQP.Basic.Deliver deliver) {
        synchronized (this) {
          delivered
              .computeIfAbsent(line, any -> new TreeMap<>())
              .put(deliver.getDeliveryTag(), new String(command.body(), StandardCharsets.UTF_8));
        }
      }
      return !replyType.isInstance(command.method()) || reply(line, command);
    }
  }

  private boolean request(Tap.Line line, Command command) throws IOException {
    Note note = Note.of(command.body());
    Map<String, Object> headers = command.properties().getHeaders();
    lastHeaders = headers == null ? Map.of() : headers;
    Object key = lastHeaders.get(Properties.IDEMPOTENCY_KEY);
    Act act = script.arrived(note, key == null ? null : key.toString());
    if (onRequest.compareAndSet(Trouble.CUT_REPLY, null)) {
      proxy.cutAll();
      return false;
    }
    long tag = line.number(command);
    switch (act.kind()) {
      case BUSY ->
          line.sendToClient(
              Command.of(0, new AMQImpl.Connection.Close(541, "INTERNAL_ERROR", 0, 0)));
      case DECLINE ->
          line.sendToClient(
              Command.of(command.channel(), new AMQImpl.Basic.Nack(tag, false, false)));
      case FORBID -> {
        AMQP.Basic.Publish publish = (AMQP.Basic.Publish) command.method();
        line.sendToClient(
            Command.of(
                command.channel(),
                new AMQImpl.Basic.Return(
                    312, "NO_ROUTE", publish.getExchange(), publish.getRoutingKey()),
                command));
        line.sendToClient(Command.of(command.channel(), new AMQImpl.Basic.Ack(tag, false)));
      }
      case GARBAGE -> {
        garbage.add(note.id());
        return true;
      }
      case HOLD ->
          script
              .released()
              .thenRun(() -> {
                try {
                  line.sendToBroker(command);
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

  private boolean reply(Tap.Line line, Command command) throws IOException {
    if (onRequest.compareAndSet(Trouble.TRUNCATE_REPLY, null)) {
      line.sendToClient(command, command.bytes().length / 2);
      line.cut();
      return false;
    }
    synchronized (held) {
      if (onRequest.get() == Trouble.TRICKLE) {
        held.add(new Held(line, command));
        return false;
      }
    }
    return true;
  }

  // ---------------------------------------------------------------- any harness

  @Override
  public String adapter() {
    return "rabbitmq";
  }

  // A broker notices a frozen client by its heartbeat.
  @Override
  public String uri() {
    return "amqp://127.0.0.1:" + proxy.port() + "?heartbeat=5s";
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
        each.line().sendToClient(each.command());
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
        .map(each -> each.getValue().toString())
        .findFirst();
  }

  @Override
  public boolean isOwnThread(Thread thread) {
    String name = thread.getName();
    return name.equals("amqp-tap") || name.startsWith("parley-fault-proxy");
  }

  @Override
  public <C extends dev.parley.Channel> Optional<C> openCustomized(
      Parley parley, Class<C> capability, Runnable customizer) {
    RabbitMqChannel.Builder builder =
        RabbitMqChannel.builder(uri()).customize(factory -> customizer.run());
    return Optional.of(
        parley
            .at("amqp://127.0.0.1:" + proxy.port())
            .provider(builder.provider())
            .open(capability));
  }

  @Override
  public Optional<Class<?>> nativeClient() {
    return Optional.of(ConnectionFactory.class);
  }

  @Override
  public Optional<Class<?>> nativeFailure() {
    return Optional.of(ConnectException.class);
  }

  @Override
  public void close() {
    try {
      synchronized (channel) {
        channel.queueDelete(own + ".queue");
        channel.queueDelete(own + ".dead");
      }
      other.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      proxy.close();
      tap.close();
    }
  }

  // ---------------------------------------------------------------- sends and calls

  @Override
  public Topic<Note> topic(Idempotency idempotency) {
    return Topic.of(own + ".queue", Note.class).with(idempotency);
  }

  @Override
  public Optional<Topic<Note>> unboundTopic() {
    // It needs a key.
    return Optional.of(
        Topic.of("notes", Note.class).bind(RabbitMq.exchange("amq.topic", "notes.{key}")));
  }

  @Override
  public Operation<Note, Note> operation(Idempotency idempotency) {
    return Operation.of("notes", Note.class, Note.class)
        .with(idempotency)
        .bind(RabbitMq.queue(own + ".queue"));
  }

  @Override
  public Optional<Operation<Note, Note>> unboundOperation() {
    return Optional.of(
        Operation.of("notes", Note.class, Note.class)
            .bind(RabbitMq.exchange("amq.topic", "notes.{key}")));
  }

  @Override
  public Optional<Operation<Note, Note>> nativelyBound(Runnable used) {
    return Optional.of(
        Operation.of("notes", Note.class, Note.class)
            .bind(
                RabbitMq.queue(own + ".queue")
                    .customize(properties -> {
                      used.run();
                      return properties;
                    })));
  }

  @Override
  public Optional<Class<?>> nativeReply() {
    return Optional.of(Delivery.class);
  }

  // ---------------------------------------------------------------- queues

  @Override
  public Topic<Note> queue() {
    RabbitMq taken = RabbitMq.queue(own + ".queue").deadLetter(own + ".dead");
    return Topic.of("queue", Note.class).bind(taken);
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
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder()
            .messageId("m" + number.incrementAndGet())
            .contentType(Note.CONTENT_TYPE)
            .deliveryMode(2)
            .headers(key == null ? Map.of() : Map.of(Properties.KEY, key))
            .build();
    try {
      synchronized (channel) {
        channel.basicPublish("", own + ".queue", properties, payload);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int backlog() {
    synchronized (unacknowledged) {
      return unacknowledged.size();
    }
  }

  @Override
  public List<String> deadLetters() {
    try {
      synchronized (channel) {
        for (GetResponse dead = channel.basicGet(own + ".dead", true);
            dead != null;
            dead = channel.basicGet(own + ".dead", true)) {
          deadLetters.add(new String(dead.getBody(), StandardCharsets.UTF_8));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return deadLetters;
  }

  @Override
  public boolean countsAttempts() {
    return false; // a classic queue tells that it delivers again, not how often
  }

  @Override
  public Optional<Class<?>> nativeMessage() {
    return Optional.of(Delivery.class);
  }

  @Override
  public Optional<Topic<Note>> unboundQueue() {
    return Optional.of(
        Topic.of("queue", Note.class).bind(RabbitMq.exchange("amq.topic", "notes"))); // no queue
  }
}
