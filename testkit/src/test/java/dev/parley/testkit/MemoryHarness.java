package dev.parley.testkit;

import dev.parley.Channel;
import dev.parley.Effect;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.Topic;
import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.CallHarness;
import dev.parley.testkit.conformance.DuplexHarness;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.QueueHarness;
import dev.parley.testkit.conformance.SendHarness;
import dev.parley.testkit.conformance.StreamHarness;
import dev.parley.testkit.conformance.Trouble;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The in-memory transport under test. */
public class MemoryHarness
    implements CallHarness, SendHarness, StreamHarness, QueueHarness, DuplexHarness {
  static final Operation<Note, Note> ECHO = Operation.of("notes.echo", Note.class, Note.class);
  static final Topic<Note> NOTES = Topic.of("notes", Note.class);
  static final Operation<Void, Note> STREAM = Operation.of("notes.all", Void.class, Note.class);
  static final Topic<Note> QUEUE = Topic.of("notes.queue", Note.class);
  static final Operation<Note, Note> TALK = Operation.of("notes.talk", Note.class, Note.class);

  private final MemoryTransport memory = MemoryTransport.create();
  private final PeerScript script = new PeerScript();
  private final List<MemorySession<Note, Note>> sessions = new CopyOnWriteArrayList<>();
  private final String uri;
  private volatile Headers lastHeaders = Headers.empty();

  public MemoryHarness(String uri) {
    this.uri = uri;
    // The reply is a payload, so that the peer can answer in garbage.
    memory.answerLate(
        Operation.of(ECHO.name(), Note.class, Payload.class),
        request -> {
          CompletableFuture<Act> act = act(request);
          CompletableFuture<Payload> reply = act.thenApply(done -> reply(done, request.body()));
          reply.whenComplete((done, failure) -> {
            if (reply.isCancelled()) {
              act.cancel(true);
            }
          });
          return reply;
        });
    memory.take(NOTES, this::act);
    memory.accept(TALK, this::talk);
  }

  /** Returns the peer. */
  public MemoryTransport memory() {
    return memory;
  }

  private static Payload reply(Act act, Note note) {
    byte[] reply = act.kind() == Act.Kind.GARBAGE ? new byte[] {1, 2, 3} : note.toBytes();
    return Payload.of(reply, Note.CONTENT_TYPE);
  }

  private CompletableFuture<Act> act(MemoryRequest<Note> request) throws MemoryException {
    lastHeaders = request.headers();
    Act act = script.arrived(request.body(), request.key());
    switch (act.kind()) {
      case BUSY -> throw MemoryException.of(Kind.TRANSIENT, Effect.POSSIBLE, "busy");
      case DECLINE -> throw declined(act.retryAfter());
      case FORBID -> throw MemoryException.of(Kind.PERMANENT, Effect.NOT_PROCESSED, "forbidden");
      case HOLD -> {
        CompletableFuture<Act> held = script.released().thenApply(nothing -> act);
        held.whenComplete((done, failure) -> {
          if (held.isCancelled()) {
            script.abandoned();
          }
        });
        return held;
      }
      default -> {
        return CompletableFuture.completedFuture(act);
      }
    }
  }

  private static MemoryException declined(@Nullable Duration retryAfter) {
    MemoryException declined = MemoryException.of(Kind.THROTTLED, Effect.NOT_PROCESSED, "not now");
    return retryAfter == null ? declined : declined.retryAfter(retryAfter);
  }

  private void talk(MemorySession<Note, Note> session) {
    sessions.add(session);
    session.onMessage(note -> {
      script.arrived(note, null);
      session.send(note);
    });
  }

  @Override
  public Operation<Void, Note> stream() {
    return STREAM;
  }

  @Override
  public void publish(Note note) {
    memory.publish(STREAM, note);
  }

  @Override
  public void end() {
    memory.end(STREAM);
  }

  @Override
  public int connects() {
    return memory.arrivals(STREAM) + memory.arrivals(TALK);
  }

  @Override
  public Topic<Note> queue() {
    return QUEUE;
  }

  @Override
  public void publish(Note note, @Nullable String key) {
    memory.publish(QUEUE, Message.builder(note).key(key).header("x-note", note.id()).build());
  }

  @Override
  public void publishGarbage() {
    Payload garbage = Payload.of(new byte[] {1, 2, 3}, Note.CONTENT_TYPE);
    memory.publish(Topic.of(QUEUE.name(), Payload.class), garbage);
    memory.publish(Operation.of(STREAM.name(), Void.class, Payload.class), garbage);
  }

  @Override
  public int backlog() {
    return memory.backlog(QUEUE);
  }

  @Override
  public List<String> deadLetters() {
    return memory.deadLetters(QUEUE).stream()
        .map(letter -> letter.message().body().toText())
        .toList();
  }

  @Override
  public OptionalInt staleSettlements() {
    return OptionalInt.of(memory.staleSettlements(QUEUE));
  }

  @Override
  public boolean countsAttempts() {
    return !uri.contains("ack=prefix");
  }

  @Override
  public boolean hasGroups() {
    return true;
  }

  @Override
  public boolean sharesBetweenMembers() {
    return !uri.contains("ack=prefix") || uri.contains("lanes=");
  }

  @Override
  public Optional<QueueChannel> openWithLease(Parley parley, Duration lease) {
    return uri.contains("lease=60s")
        ? Optional.of(
            parley.open(
                uri.replace("lease=60s", "lease=" + lease.toMillis() + "ms"), QueueChannel.class))
        : Optional.empty();
  }

  @Override
  public Optional<Class<?>> nativeMessage() {
    return Optional.of(Headers.class);
  }

  @Override
  public Operation<Note, Note> session() {
    return TALK;
  }

  @Override
  public int sessions() {
    return (int) sessions.stream().filter(MemorySession::isOpen).count();
  }

  @Override
  public void say(Note note) {
    sessions.stream().filter(MemorySession::isOpen).forEach(session -> session.send(note));
  }

  @Override
  public void endByPeer() {
    sessions.forEach(MemorySession::end);
  }

  @Override
  public void holdReading(boolean hold) {
    sessions.forEach(hold ? MemorySession::pause : MemorySession::resume);
  }

  @Override
  public boolean heardCompletion() {
    return !sessions.isEmpty() && sessions.get(sessions.size() - 1).isComplete();
  }

  @Override
  public String adapter() {
    return uri.replaceFirst("notes", "").replaceFirst(":\\?", ": ").replaceFirst(":$", ":");
  }

  @Override
  public String uri() {
    return uri;
  }

  @Override
  public Parley.Builder configure(Parley.Builder builder) {
    return builder.provider(memory);
  }

  @Override
  public PeerScript script() {
    return script;
  }

  @Override
  public Operation<Note, Note> operation(Idempotency idempotency) {
    return ECHO.with(idempotency);
  }

  @Override
  public Topic<Note> topic(Idempotency idempotency) {
    return NOTES.with(idempotency);
  }

  @Override
  public Set<Trouble> troubles() {
    return Set.of(Trouble.values());
  }

  @Override
  public void cause(Trouble trouble) {
    MemoryFaults faults = memory.faults();
    switch (trouble) {
      case REFUSE -> faults.partition();
      case CUT -> faults.cut();
      case CUT_REPLY -> faults.loseReplies(1);
      case TRUNCATE_REPLY -> faults.truncateReplies(1);
      case TRICKLE -> faults.delayReplies(1_000, Duration.ofSeconds(30));
      case STALL -> faults.freeze();
    }
  }

  @Override
  public void heal() {
    memory.faults().heal();
  }

  @Override
  public Duration shortestHint() {
    return Duration.ofMillis(150);
  }

  @Override
  public boolean carriesHeaders() {
    return true;
  }

  @Override
  public Optional<String> lastHeader(String name) {
    return lastHeaders.first(name);
  }

  @Override
  public boolean noticesAbandonedCallers() {
    return true;
  }

  @Override
  public OptionalInt connections() {
    return OptionalInt.of(memory.faults().connections());
  }

  @Override
  public <C extends Channel> Optional<C> openWithOwnClient(Parley parley, Class<C> capability) {
    return Optional.of(parley.at(uri).provider(memory).open(capability));
  }

  @Override
  public Optional<Object> ownClient() {
    return Optional.of(memory);
  }

  @Override
  public Optional<Class<?>> nativeClient() {
    return Optional.of(MemoryTransport.class);
  }

  @Override
  public Optional<Class<?>> nativeReply() {
    return Optional.of(Payload.class);
  }

  @Override
  public Optional<Class<?>> nativeFailure() {
    return Optional.of(MemoryException.class);
  }

  @Override
  public void close() {
    memory.close();
  }
}
