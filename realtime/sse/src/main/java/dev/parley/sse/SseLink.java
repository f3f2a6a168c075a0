package dev.parley.sse;

import dev.parley.Gap;
import dev.parley.Headers;
import dev.parley.MessageTooLargeException;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.Position;
import dev.parley.TypeRef;
import dev.parley.http.EventParser;
import dev.parley.spi.Codecs;
import dev.parley.spi.Continuity;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * One answer, read by a thread of its own, which waits where the engine has no room: then nothing
 * is read, and TCP holds the server back.
 */
final class SseLink implements PushLink, Runnable, EventParser.Sink {
  /** How long an event may take from its first byte to its last. */
  private static final long ASSEMBLY = TimeUnit.SECONDS.toNanos(60);

  private final Bound bound;
  private final boolean asEvents;
  private final Continuity continuity;
  private final Response response;
  private final @Nullable Duration credentialsLeft;
  private final Runnable cancel;
  private final Inlet inlet;
  private final Time time;
  private final EventParser parser;
  private final byte @Nullable [] until;

  private final Semaphore credit = new Semaphore(0);
  private volatile boolean over;

  // The reader's thread only.
  private final Buffer.UnsafeCursor bytes = new Buffer.UnsafeCursor(); // in place of copies
  private final List<Inbound> read = new ArrayList<>(); // and not handed in yet
  private @Nullable String usualType;
  private Headers usualHeaders = Headers.empty(); // with that type
  private int taken; // of the credit, and not used
  private long begun; // when the block began that is not complete
  private long amid = -1; // its number; -1 if there is none

  SseLink(
      Bound bound,
      SourceRequest.OfStream request,
      @Nullable String lastId,
      Response response,
      @Nullable Duration credentialsLeft,
      Runnable cancel,
      Inlet inlet) {
    this.bound = bound;
    this.asEvents = request.operation().replyType().type() == SseEvent.class;
    this.continuity = continuity(bound, request, lastId);
    this.response = response;
    // What is asked for once cannot be asked for again because a token is old.
    this.credentialsLeft = bound.isOnce() ? null : credentialsLeft;
    this.cancel = cancel;
    this.inlet = inlet;
    this.time = bound.transport().context().time();
    this.parser =
        new EventParser(
            this, lastId, bound.settings().maxLineBytes(), bound.settings().maxEventBytes());
    String last = bound.sse().until();
    this.until = last == null ? null : last.getBytes(StandardCharsets.UTF_8);
  }

  private static Continuity continuity(
      Bound bound, SourceRequest.OfStream request, @Nullable String lastId) {
    boolean hasId = lastId != null && !lastId.isEmpty();
    if (request.connection() == 1) {
      return new Continuity(
          Gap.NONE, hasId ? "the server replays what came after the position" : "a new stream");
    }
    if (!bound.settings().replays()) {
      return new Continuity(Gap.POSSIBLE, "it is not known that the server replays");
    }
    return hasId
        ? new Continuity(Gap.NONE, "the server replays what came after the last id")
        : new Continuity(Gap.POSSIBLE, "no event had an id to go on from");
  }

  @Override
  public void run() {
    try (Response answer = response) {
      BufferedSource source = answer.body().source();
      while (source.request(1)) {
        inlet.alive();
        read(source.getBuffer());
        checkPace();
      }
      answerEnded();
    } catch (EndOfStream e) {
      inlet.ended();
    } catch (Throwable e) {
      lost(e);
    }
  }

  // What was read in one go is handed in in one go.
  private void read(Buffer buffer) throws InterruptedException, EndOfStream {
    try (Buffer.UnsafeCursor cursor = buffer.readUnsafe(bytes)) {
      while (cursor.next() != -1) {
        parser.read(cursor.data, cursor.start, cursor.end);
      }
    } finally {
      handIn();
    }
    buffer.clear();
  }

  // A peer that sends an event byte by byte is never silent, and never says anything either.
  private void checkPace() {
    long block = parser.amid();
    if (block != amid) {
      amid = block;
      begun = time.nanoTime();
    } else if (block >= 0 && time.nanoTime() - begun > ASSEMBLY) {
      throw Problems.tooSlow(TimeUnit.NANOSECONDS.toSeconds(ASSEMBLY));
    }
  }

  private void answerEnded() {
    if (bound.isOnce() && until == null) {
      inlet.ended();
    } else if (bound.isRepeatable()) {
      inlet.lost(new EndOfStream());
    } else {
      lost(Problems.brokenOff());
    }
  }

  private void lost(Throwable cause) {
    if (over) {
      return;
    }
    if (bound.isRepeatable()) {
      inlet.lost(cause);
      return;
    }
    ParleyException failure = bound.transport().translate(cause);
    boolean isFinal =
        failure.kind() == dev.parley.Kind.PERMANENT || failure.kind() == dev.parley.Kind.LOCAL;
    inlet.lost(isFinal ? failure : Problems.ambiguous(failure));
  }

  // ---------------------------------------------------------------- what the parser reads

  @Override
  public void event(
      @Nullable String type, @Nullable String id, @Nullable String lastId, byte[] data)
      throws InterruptedException, EndOfStream {
    if (until != null && Arrays.equals(data, until)) {
      throw new EndOfStream();
    }
    if (!bound.sse().wants(type)) {
      if (id != null) {
        moved(id);
      }
      return;
    }
    Inbound inbound = new Inbound(Payload.of(data, "")).id(id == null || id.isEmpty() ? null : id);
    if (lastId != null) {
      inbound.position(Position.SINGLE_LANE, lastId);
    }
    if (type != null && type.indexOf('\0') < 0) {
      if (!type.equals(usualType)) {
        usualType = type;
        usualHeaders = Headers.of(Sse.TYPE, type);
      }
      inbound.headers(usualHeaders);
    }
    if (asEvents) {
      inbound.nativeMessage(
          new SseEvent(
              type == null ? SseEvent.MESSAGE : type,
              lastId == null ? "" : lastId,
              new String(data, StandardCharsets.UTF_8),
              false));
    }
    deliver(inbound);
  }

  @Override
  public void moved(String lastId) {
    handIn(); // the position of what came before is behind this one
    inlet.moved(Position.of(lastId));
  }

  @Override
  public void retry(long millis) {
    inlet.reconnectHint(Duration.ofMillis(millis));
  }

  @Override
  public void comment(byte[] text, int from, int to) throws InterruptedException {
    if (bound.sse().hasComments()) {
      byte[] copy = Arrays.copyOfRange(text, from, to);
      deliver(
          new Inbound(Payload.of(copy, ""))
              .nativeMessage(
                  new SseEvent(
                      SseEvent.MESSAGE, "", new String(copy, StandardCharsets.UTF_8), true)));
    }
  }

  @Override
  public MessageTooLargeException tooLarge(boolean isLine) {
    return isLine
        ? Problems.tooLarge("a line of the stream", bound.settings().maxLineBytes(), "maxLineBytes")
        : Problems.tooLarge(
            "an event of the stream", bound.settings().maxEventBytes(), "maxEventBytes");
  }

  private void deliver(Inbound inbound) throws InterruptedException {
    if (taken == 0) {
      handIn(); // or no room would ever come free
      credit.acquire();
      taken = 1 + credit.drainPermits();
    }
    taken--;
    read.add(inbound);
  }

  private void handIn() {
    if (!read.isEmpty()) {
      inlet.deliver(read);
      read.clear();
    }
  }

  // ---------------------------------------------------------------- what the engine asks for

  @Override
  public Continuity continuity() {
    return continuity;
  }

  @Override
  public @Nullable Duration credentialsLeft() {
    return credentialsLeft;
  }

  @Override
  public void request(int more) {
    credit.release(more);
  }

  @Override
  @SuppressWarnings("unchecked") // the type has been compared when the link was made
  public <T> T decode(Inbound inbound, TypeRef<T> type, Codecs codecs) {
    Object event = inbound.nativeMessage();
    return event == null ? PushLink.super.decode(inbound, type, codecs) : (T) event;
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(response)
        ? Optional.of(nativeType.cast(response))
        : Optional.empty();
  }

  @Override
  public void close() {
    abort();
  }

  @Override
  public void abort() {
    over = true;
    cancel.run();
    credit.release(); // the reader may wait for it; what it delivers now is ignored
  }
}
