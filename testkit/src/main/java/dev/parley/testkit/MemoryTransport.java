package dev.parley.testkit;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.DuplexChannel;
import dev.parley.Effect;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.StreamChannel;
import dev.parley.Topic;
import dev.parley.TypeRef;
import dev.parley.spi.Attempt;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Codecs;
import dev.parley.spi.DriverContext;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.SourceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A peer in this process, for tests: it answers calls, takes messages, publishes streams, serves
 * queues and sessions as the test tells it, and its network fails on command.
 *
 * {@snippet class="dev.parley.testkit.MemoryTransportTest" region="call"}
 *
 * <p>It is opened as {@code mem:name}, or as {@code mem+poll:name} for the other half of the
 * engine: sources that are asked instead of telling, and calls that run on the caller's thread.
 * Behind all names is the one peer; the name is what logs and budgets go by. Bodies are encoded and
 * decoded as on any other transport, so that a type without a codec is found here too.
 *
 * <p>Parameters of the address: {@code ack=single} (the default) or {@code ack=prefix} says how
 * queues are acknowledged, {@code group=name} who shares, {@code lanes=4} how many partitions there
 * are with {@code ack=prefix} (1), {@code lease=30s} after which time an unsettled delivery comes
 * again with {@code ack=single} (never), {@code window=16} how many messages of a session wait at
 * the peer, and {@code without=resume,dead_letter} takes features away.
 *
 * <p>A provider that the class path brings makes a peer of its own for each {@link Parley}: {@code
 * channel.unwrap(MemoryTransport.class)} returns it.
 *
 * <p><b>Threads:</b> safe for use by many threads. It starts none: the peer's code runs on the
 * workers of the {@link Parley} that called.
 */
public final class MemoryTransport implements ChannelProvider, AutoCloseable {
  static final String PUSH = "mem";
  static final String POLL = "mem+poll";

  private static final int MAX_REQUESTS = 10_000;

  private final MemoryFaults faults = new MemoryFaults();
  private final @Nullable VirtualTime time;
  private final List<Parley> parleys = new CopyOnWriteArrayList<>();
  private final Map<String, Answering<?, ?>> answers = new ConcurrentHashMap<>();
  private final Map<String, Taking<?>> takers = new ConcurrentHashMap<>();
  private final Map<String, Accepting<?, ?>> acceptors = new ConcurrentHashMap<>();
  private final Map<String, MemoryLog> logs = new ConcurrentHashMap<>();
  private final Map<String, Arrivals> arrivals = new ConcurrentHashMap<>();

  /**
   * Creates a peer on real time. For {@link java.util.ServiceLoader}; tests use {@link #create}.
   */
  public MemoryTransport() {
    this(null);
  }

  private MemoryTransport(@Nullable VirtualTime time) {
    this.time = time;
  }

  /** Returns a peer on real time. */
  public static MemoryTransport create() {
    return new MemoryTransport();
  }

  /** Returns a peer whose Parleys live in virtual time. */
  public static MemoryTransport on(VirtualTime time) {
    return new MemoryTransport(Objects.requireNonNull(time, "time"));
  }

  /** Returns a new {@link Parley} that reaches this peer; closed with it. */
  public Parley parley() {
    Parley parley = builder().build();
    parleys.add(parley);
    return parley;
  }

  /** Starts a {@link Parley} that reaches this peer. */
  public Parley.Builder builder() {
    Parley.Builder builder = Parley.builder().provider(this);
    return time == null ? builder : builder.time(time).workers(time.workers());
  }

  /** Returns what goes wrong on the way, on command. */
  public MemoryFaults faults() {
    return faults;
  }

  /**
   * Answers the calls of an operation from now on, in place of an earlier answer.
   *
   * <p>If the operation is {@link dev.parley.Idempotency#KEYED}, a key that was answered is
   * answered again with the same reply, and acted on once.
   */
  public <Q, R> void answer(
      Operation<Q, R> operation, MemoryAnswer<? super Q, ? extends R> answer) {
    Objects.requireNonNull(answer, "answer");
    answerLate(operation, request -> CompletableFuture.completedFuture(answered(answer, request)));
  }

  @SuppressWarnings("NullAway") // null is the only value of a Void
  private static <Q, R> R answered(
      MemoryAnswer<? super Q, ? extends R> answer, MemoryRequest<Q> request) throws Exception {
    return answer.answer(request.body());
  }

  /** Answers the calls of an operation from now on, once the answer's future completes. */
  public <Q, R> void answerLate(Operation<Q, R> operation, MemoryLateAnswer<Q, R> answer) {
    Objects.requireNonNull(answer, "answer");
    answers.put(operation.name(), new Answering<>(operation, answer));
  }

  /**
   * Decides about the messages sent to a topic from now on: each is stored once the future
   * completes, and refused if it fails. Without it all are stored.
   */
  public <T, A> void take(Topic<T> topic, MemoryLateAnswer<T, A> taker) {
    Objects.requireNonNull(taker, "taker");
    takers.put(topic.name(), new Taking<>(topic, taker));
  }

  /** Returns the messages of a topic in order: those sent to it, and those published. */
  public <T> List<Message<T>> messages(Topic<T> topic) {
    List<Message<T>> messages = new ArrayList<>();
    for (MemoryLog.Entry entry : log(topic.name()).entries()) {
      messages.add(
          Message.builder(entry.body().decoded(topic.type()))
              .headers(entry.headers())
              .id(entry.id())
              .key(entry.key())
              .build());
    }
    return messages;
  }

  /** Publishes an element on a stream. */
  public <R> void publish(Operation<?, R> stream, R element) {
    publish(stream, Message.of(element));
  }

  /** Publishes an element on a stream, with its headers, id and key. */
  public <R> void publish(Operation<?, R> stream, Message<R> element) {
    publish(stream.name(), stream.replyType(), element);
  }

  /** Publishes a body to a topic, as another program would. */
  public <T> void publish(Topic<T> topic, T body) {
    publish(topic, Message.of(body));
  }

  /** Publishes a message to a topic, as another program would. */
  public <T> void publish(Topic<T> topic, Message<T> message) {
    publish(topic.name(), topic.type(), message);
  }

  private <T> void publish(String name, TypeRef<T> type, Message<T> message) {
    MemoryLog.Body body = MemoryLog.Body.of(message.body(), type);
    log(name)
        .append(body, message.headers(), message.id().orElse(null), message.key().orElse(null));
  }

  /** Ends a stream for good, behind what was published on it. */
  public void end(Operation<?, ?> stream) {
    log(stream.name()).end();
  }

  /**
   * Forgets what was published on a stream but for the last so many elements: whoever resumes from
   * before has lost some.
   */
  public void trim(Operation<?, ?> stream, int keep) {
    log(stream.name()).trim(keep);
  }

  /** Returns what the groups of a topic have rejected. */
  public List<MemoryDeadLetter> deadLetters(Topic<?> topic) {
    Codecs codecs = new Codecs(List.of());
    List<MemoryDeadLetter> letters = new ArrayList<>();
    for (MemoryGroup group : log(topic.name()).groups()) {
      for (MemoryGroup.Rejected rejected : group.rejected()) {
        MemoryLog.Entry entry = rejected.entry();
        letters.add(
            new MemoryDeadLetter(
                Message.builder(entry.body().encoded(codecs))
                    .headers(entry.headers())
                    .id(entry.id())
                    .key(entry.key())
                    .build(),
                rejected.reason(),
                rejected.attempts()));
      }
    }
    return letters;
  }

  /** Returns how many messages the groups of a topic are not yet done with. */
  public int backlog(Topic<?> topic) {
    return log(topic.name()).groups().stream().mapToInt(MemoryGroup::backlog).sum();
  }

  /** Returns how many settlements came when their connection or lease had gone. */
  public int staleSettlements(Topic<?> topic) {
    return log(topic.name()).groups().stream().mapToInt(MemoryGroup::staleSettlements).sum();
  }

  /** Accepts the sessions of an operation from now on; the handler is called for each. */
  public <O, I> void accept(
      Operation<O, I> operation, Consumer<? super MemorySession<O, I>> handler) {
    Objects.requireNonNull(handler, "handler");
    acceptors.put(operation.name(), new Accepting<>(operation, handler));
  }

  /**
   * Returns how many requests of an operation have arrived, answered or not; for a stream or a
   * session how many connects.
   */
  public int arrivals(Operation<?, ?> operation) {
    return arrivalsOf(operation.name()).count();
  }

  /** Returns how many messages have arrived for a topic, taken or not. */
  public int arrivals(Topic<?> topic) {
    return arrivalsOf(topic.name()).count();
  }

  /** Returns the requests of an operation in the order they arrived, the first 10 000 of them. */
  @SuppressWarnings("unchecked") // requests of one name were decoded as that operation's type
  public <Q> List<MemoryRequest<Q>> requests(Operation<Q, ?> operation) {
    List<MemoryRequest<Q>> requests = new ArrayList<>();
    for (MemoryRequest<?> request : arrivalsOf(operation.name()).requests()) {
      requests.add((MemoryRequest<Q>) request);
    }
    return requests;
  }

  /** Closes the Parleys that it made. */
  @Override
  public void close() {
    parleys.forEach(Parley::close);
    parleys.clear();
  }

  @Override
  public Set<String> schemes() {
    return Set.of(PUSH, POLL);
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(
        CallChannel.class,
        SendChannel.class,
        StreamChannel.class,
        QueueChannel.class,
        DuplexChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    return new MemoryDriver(this, spec, context);
  }

  @Override
  public String toString() {
    return "MemoryTransport[" + faults.connections() + " connections]";
  }

  // ---------------------------------------------------------------- what arrives

  CompletableFuture<Payload> call(String name, Payload encoded, Attempt<?> attempt, Codecs codecs)
      throws Exception {
    Answering<?, ?> answering = answers.get(name);
    if (answering == null) {
      throw MemoryException.of(
          Kind.PERMANENT,
          Effect.NOT_PROCESSED,
          "nothing answers " + name + " in memory: call answer(operation, request -> reply)");
    }
    return answering.call(encoded, attempt, codecs, arrivalsOf(name));
  }

  <T> CompletableFuture<MemoryLog.Entry> receive(
      String name, Message<T> message, Payload encoded, Attempt<?> attempt, Codecs codecs)
      throws Exception {
    MemoryLog.Body body = MemoryLog.Body.of(encoded, codecs);
    Taking<?> taking = takers.get(name);
    Arrivals seen = arrivalsOf(name);
    Headers headers = message.headers().plusAll(attempt.headers());
    CompletableFuture<?> taken =
        taking == null ? seen.taken(headers, attempt) : taking.take(body, headers, attempt, seen);
    CompletableFuture<MemoryLog.Entry> stored =
        taken.thenApply(done ->
            log(name).append(body, headers, message.id().orElse(null), message.key().orElse(null)));
    Futures.passCancel(stored, taken);
    return stored;
  }

  void subscribed(SourceRequest.OfStream stream) {
    arrivalsOf(stream.operation().name())
        .add(
            new MemoryRequest<>(
                stream.request(), stream.headers(), null, stream.connection(), stream.context()));
  }

  <O, I> void accepted(
      DuplexDriver.SessionRequest request, Operation<O, I> operation, MemorySession<O, I> session)
      throws MemoryException {
    Accepting<?, ?> accepting = acceptors.get(operation.name());
    if (accepting == null) {
      throw MemoryException.of(
          Kind.PERMANENT,
          Effect.NOT_PROCESSED,
          "nothing accepts "
              + operation.name()
              + " in memory: call accept(operation, session -> …)");
    }
    arrivalsOf(operation.name())
        .add(
            new MemoryRequest<>(
                null, request.headers(), null, request.connection(), request.context()));
    accepting.accept(session);
  }

  MemoryLog log(String name) {
    return logs.computeIfAbsent(name, MemoryLog::new);
  }

  private Arrivals arrivalsOf(String name) {
    return arrivals.computeIfAbsent(name, each -> new Arrivals());
  }

  private static <Q> MemoryRequest<Q> request(
      @Nullable Q body, Headers headers, Attempt<?> attempt) {
    return new MemoryRequest<>(
        body, headers, attempt.idempotencyKey(), attempt.number(), attempt.context());
  }

  /** What arrived under one name. */
  private static final class Arrivals {
    private final List<MemoryRequest<?>> requests = new ArrayList<>();
    private int count;

    synchronized void add(MemoryRequest<?> request) {
      count++;
      if (requests.size() < MAX_REQUESTS) {
        requests.add(request);
      }
    }

    CompletableFuture<?> taken(Headers headers, Attempt<?> attempt) {
      add(request(null, headers, attempt));
      return CompletableFuture.completedFuture(attempt);
    }

    synchronized int count() {
      return count;
    }

    synchronized List<MemoryRequest<?>> requests() {
      return List.copyOf(requests);
    }
  }

  /** How one operation is answered. */
  private static final class Answering<Q, R> {
    private final Operation<Q, R> operation;
    private final MemoryLateAnswer<Q, R> answer;
    private final Map<String, CompletableFuture<Payload>> byKey = new ConcurrentHashMap<>();

    Answering(Operation<Q, R> operation, MemoryLateAnswer<Q, R> answer) {
      this.operation = operation;
      this.answer = answer;
    }

    CompletableFuture<Payload> call(
        Payload encoded, Attempt<?> attempt, Codecs codecs, Arrivals arrivals) throws Exception {
      MemoryRequest<Q> request =
          request(codecs.decode(operation.requestType(), encoded), attempt.headers(), attempt);
      arrivals.add(request);
      String key = request.key();
      boolean keyed = operation.declaredIdempotency().orElse(null) == Idempotency.KEYED;
      if (!keyed || key == null) {
        return act(request, codecs);
      }
      CompletableFuture<Payload> mine = new CompletableFuture<>();
      CompletableFuture<Payload> earlier = byKey.putIfAbsent(key, mine);
      if (earlier != null) {
        return earlier.copy();
      }
      Futures.atEnd(
          mine,
          (reply, failure) -> {
            if (failure != null) {
              byKey.remove(key, mine);
            }
          });
      CompletableFuture<Payload> acting;
      try {
        acting = act(request, codecs);
      } catch (Exception e) {
        mine.completeExceptionally(e);
        throw e;
      }
      Futures.pass(acting, mine);
      return mine.copy();
    }

    private CompletableFuture<Payload> act(MemoryRequest<Q> request, Codecs codecs)
        throws Exception {
      CompletableFuture<R> answered = answer.answer(request);
      CompletableFuture<Payload> encoded =
          answered.thenApply(reply -> codecs.codec(operation.replyType()).encode(reply));
      Futures.passCancel(encoded, answered);
      return encoded;
    }
  }

  /** How the messages of one topic are taken. */
  private static final class Taking<T> {
    private final TypeRef<T> type;
    private final MemoryLateAnswer<T, ?> taker;

    Taking(Topic<T> topic, MemoryLateAnswer<T, ?> taker) {
      this.type = topic.type();
      this.taker = taker;
    }

    CompletableFuture<?> take(
        MemoryLog.Body body, Headers headers, Attempt<?> attempt, Arrivals arrivals)
        throws Exception {
      MemoryRequest<T> request = request(body.decoded(type), headers, attempt);
      arrivals.add(request);
      return taker.answer(request);
    }
  }

  /** How the sessions of one operation are accepted. */
  private record Accepting<O, I>(
      Operation<O, I> operation, Consumer<? super MemorySession<O, I>> handler) {
    @SuppressWarnings("unchecked") // operations of one name have the same types
    void accept(MemorySession<?, ?> session) {
      handler.accept((MemorySession<O, I>) session);
    }
  }
}
