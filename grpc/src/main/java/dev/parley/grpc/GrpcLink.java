package dev.parley.grpc;

import dev.parley.Headers;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.Codecs;
import dev.parley.spi.Continuity;
import dev.parley.spi.DuplexLink;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One native call with many messages: a server's stream, or a session. What comes in is within the
 * engine's credit, and what goes out within the peer's window.
 */
final class GrpcLink<Q, R> extends Trace implements DuplexLink {
  private static final long GOODBYE_MILLIS = 5_000;

  private final GrpcTransport transport;
  private final Bound<Q, R> bound;
  private final Inlet inlet;
  private final Continuity continuity;
  private final ClientCall<Object, Object> call;
  private final CountDownLatch underWay = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private final Object sending = new Object(); // a native call takes one message after the other
  private volatile Headers headers = Headers.empty();
  private volatile long pinged = -1; // the transport's mark at a ping that was not answered

  // Guarded by sending.
  private boolean completed;
  private boolean aborted;

  // Guarded by this.
  private boolean connected;
  private @Nullable CallFailure failure;

  private GrpcLink(GrpcTransport transport, Bound<Q, R> bound, Inlet inlet, Continuity continuity) {
    this.transport = transport;
    this.bound = bound;
    this.inlet = inlet;
    this.continuity = continuity;
    this.call = transport.newCall(bound, this);
  }

  /** Starts a stream: its only request goes out at once. */
  static <Q, R> GrpcLink<Q, R> stream(
      GrpcTransport transport,
      Bound<Q, R> bound,
      Inlet inlet,
      Continuity continuity,
      Metadata metadata,
      Object request)
      throws InterruptedException {
    GrpcLink<Q, R> link = new GrpcLink<>(transport, bound, inlet, continuity);
    link.call.start(link.new Listener(), metadata);
    link.call.sendMessage(request);
    link.complete();
    link.awaitConnection();
    return link;
  }

  /** Starts a session. */
  static <Q, R> GrpcLink<Q, R> session(
      GrpcTransport transport,
      Bound<Q, R> bound,
      Inlet inlet,
      Continuity continuity,
      Metadata metadata)
      throws InterruptedException {
    GrpcLink<Q, R> link = new GrpcLink<>(transport, bound, inlet, continuity);
    link.call.start(link.new Listener(), metadata);
    link.awaitConnection();
    return link;
  }

  /** Waits until the call is on a connection: before that nobody may be told that there is one. */
  private void awaitConnection() throws InterruptedException {
    try {
      underWay.await();
    } catch (InterruptedException e) {
      call.cancel("the connect was interrupted", null);
      throw e;
    }
    boolean ended;
    synchronized (this) {
      if (failure != null) {
        throw failure;
      }
      connected = true;
      ended = over.getCount() == 0;
    }
    if (ended) {
      inlet.ended();
    }
  }

  @Override
  void headersSent() {
    underWay.countDown();
  }

  @Override
  public Continuity continuity() {
    return continuity;
  }

  @Override
  public void request(int more) {
    call.request(more);
  }

  @Override
  @SuppressWarnings("unchecked") // a session of this operation sends its request type only
  public boolean offer(Object message) {
    Object encoded = bound.encode((Q) message);
    synchronized (this) {
      if (failure != null) {
        throw failure;
      }
    }
    synchronized (sending) {
      if (!call.isReady()) {
        return false; // onReady follows
      }
      call.sendMessage(encoded);
    }
    return true;
  }

  @Override
  public void complete() {
    synchronized (sending) {
      if (!completed && !aborted) {
        completed = true;
        call.halfClose();
      }
    }
  }

  @Override
  @SuppressWarnings("unchecked") // what was read for its token is of the operation's reply type
  public <T> T decode(Inbound inbound, TypeRef<T> type, Codecs codecs) {
    Object known = inbound.nativeMessage();
    return (T) (known == null ? bound.decode(inbound.payload().toByteArray()) : known);
  }

  @Override
  public void ping() {
    pinged = transport.mark();
    transport.ping(() -> {
      pinged = -1;
      inlet.alive();
    });
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(call)
        ? Optional.of(nativeType.cast(call))
        : transport.unwrap(nativeType);
  }

  /** Ends a stream at once, and a session once the peer has heard that nothing follows. */
  @Override
  public void close() {
    if (bound.isServerStream()) {
      abort();
      return;
    }
    try {
      complete();
      call.request(Integer.MAX_VALUE); // what still comes must not hold up the end
      if (over.await(GOODBYE_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    abort();
  }

  @Override
  public void abort() {
    synchronized (sending) {
      aborted = true;
    }
    long mark = pinged;
    if (mark >= 0) {
      transport.suspect(mark);
    }
    call.cancel("it is closed", null);
  }

  private final class Listener extends ClientCall.Listener<Object> {
    private final @Nullable Function<R, String> token = bound.grpc.extras().token();

    @Override
    public void onHeaders(Metadata received) {
      transport.heard();
      headers = Metadatas.headers(received);
      underWay.countDown();
      inlet.alive();
    }

    @Override
    public void onReady() {
      underWay.countDown();
      inlet.writable();
    }

    @Override
    public void onMessage(Object received) {
      byte[] message = (byte[]) received;
      transport.heard();
      Inbound inbound = new Inbound(Payload.of(message, bound.contentType())).headers(headers);
      if (token != null) {
        readToken(inbound, message, token);
      }
      inlet.deliver(inbound);
    }

    private void readToken(Inbound inbound, byte[] message, Function<R, String> reader) {
      try {
        R element = bound.decode(message);
        inbound.nativeMessage(element);
        inbound.position(inbound.lane(), reader.apply(element));
      } catch (RuntimeException e) {
        // It has no position; whoever takes it hears why it cannot be read.
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (wasAnswered()) {
        transport.heard();
      }
      CallFailure failed =
          status.isOk()
              ? null
              : new CallFailure(bound.name(), status, trailers, wasSent(), wasAnswered());
      boolean known;
      synchronized (GrpcLink.this) {
        failure = failed;
        known = connected;
        over.countDown();
      }
      underWay.countDown();
      if (known && failed == null) {
        inlet.ended();
      } else if (known && failed != null) {
        inlet.lost(failed);
      }
    }
  }
}
