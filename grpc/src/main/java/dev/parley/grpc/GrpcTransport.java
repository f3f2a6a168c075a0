package dev.parley.grpc;

import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.Headers;
import dev.parley.spi.DriverContext;
import dev.parley.spi.RetryLayer;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The native channel, and what all calls on it have in common: their metadata, and that a lost
 * connection is made anew when the engine tries again, not when grpc-java's own back-off ends.
 */
final class GrpcTransport implements AutoCloseable {
  /** No more than ten dials a second, however many callers try. */
  private static final long BETWEEN_DIALS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int PING_SECONDS = 20;

  private static final MethodDescriptor<byte[], byte[]> HEALTH =
      MethodDescriptor.newBuilder(Messages.BYTES, Messages.BYTES)
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("grpc.health.v1.Health/Check")
          .build();
  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final GrpcSettings settings;
  private final DriverContext context;
  private final ManagedChannel channel;
  private final boolean own;
  private final Metadatas metadatas = new Metadatas();
  private final AtomicLong lastDial;
  private final AtomicLong heard = new AtomicLong();

  GrpcTransport(GrpcSettings settings, ManagedChannel channel, boolean own, DriverContext context) {
    this.settings = settings;
    this.channel = channel;
    this.own = own;
    this.context = context;
    this.lastDial = new AtomicLong(context.time().nanoTime() - BETWEEN_DIALS);
  }

  DriverContext context() {
    return context;
  }

  GrpcSettings settings() {
    return settings;
  }

  /** Returns a new native call; one on a channel that has no connection dials first. */
  ClientCall<Object, Object> newCall(Bound<?, ?> bound, Trace trace) {
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      redial();
    }
    return channel.newCall(bound.method, bound.options().withStreamTracerFactory(trace));
  }

  // In TRANSIENT_FAILURE the channel fails calls with the old failure until its back-off is over.
  private void redial() {
    long now = context.time().nanoTime();
    long last = lastDial.get();
    if (now - last >= BETWEEN_DIALS && lastDial.compareAndSet(last, now)) {
      if (settings.checksHealth()) {
        channel.resetConnectBackoff(); // the connection may be well, and the service not
      } else {
        channel.enterIdle();
      }
    }
  }

  /** Returns what tells of the connection. */
  Health health(Consumer<@Nullable Throwable> listener) {
    return new Health(channel, context.workers(), listener);
  }

  /** Notes a sign of life from the peer. */
  void heard() {
    heard.setOpaque(heard.getPlain() + 1); // one that is lost is followed by others
  }

  /** Returns a mark for {@link #suspect}. */
  long mark() {
    return heard.getOpaque();
  }

  /**
   * Nothing came for as long as an attempt may take. If nothing at all came since the mark, the
   * connection may be dead: calls that follow get another one, and those on it may finish.
   */
  void suspect(long mark) {
    if (heard.getOpaque() == mark && channel.getState(false) == ConnectivityState.READY) {
      channel.enterIdle();
    }
  }

  /** Returns the metadata of a stream or session: it outlives the deadline of who opened it. */
  Metadata metadata(Headers headers) {
    return metadata(headers, null, Context.empty());
  }

  /** Returns the metadata of one attempt. */
  Metadata metadata(Headers headers, @Nullable String key, Context caller) {
    Metadata metadata = new Metadata();
    if (!settings.headers().isEmpty()) {
      metadatas.put(metadata, settings.headers());
    }
    if (!headers.isEmpty()) {
      metadatas.put(metadata, headers);
    }
    if (key != null) {
      metadatas.put(metadata, settings.keyHeader(), key);
    }
    String token = settings.token();
    if (token != null) {
      metadata.put(AUTHORIZATION, "Bearer " + token);
    }
    Deadline deadline = caller.deadlineOrNull();
    if (deadline != null) {
      metadata.put(TIMEOUT, timeout(deadline.remainingNanos()));
    }
    return metadata;
  }

  void put(Metadata metadata, String header, String value) {
    metadatas.put(metadata, header, value);
  }

  /**
   * Asks the peer for a sign of life. grpc-java has no way to send a ping, so this asks for its
   * health; whatever it answers shows that it is there.
   */
  void ping(Runnable alive) {
    Trace trace = new Trace();
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            HEALTH,
            CallOptions.DEFAULT
                .withDeadlineAfter(PING_SECONDS, TimeUnit.SECONDS)
                .withStreamTracerFactory(trace));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            if (trace.wasAnswered()) {
              heard();
              alive.run();
            }
          }
        },
        metadata(Headers.empty()));
    call.request(2);
    call.sendMessage(new byte[0]);
    call.halfClose();
  }

  /** Returns the token that now goes out, or null if there is none. */
  @Nullable String token() {
    return settings.token();
  }

  /** Writes a time as the protocol does: up to eight digits and a unit. */
  static String timeout(long nanos) {
    long rest = Math.max(1, nanos);
    long limit = 100_000_000;
    if (rest < limit) {
      return rest + "n";
    }
    if (rest / 1_000 < limit) {
      return rest / 1_000 + "u";
    }
    if (rest / 1_000_000 < limit) {
      return rest / 1_000_000 + "m";
    }
    return Math.min(rest / 1_000_000_000, limit - 1) + "S";
  }

  List<RetryLayer> retryLayers() {
    String note = own ? "switched off" : "as the channel was built that you brought";
    return List.of(
        new RetryLayer("grpc-java retry policies", !own, note),
        new RetryLayer("grpc-java hedging policies", !own, note),
        new RetryLayer(
            "grpc-java transparent retries", true, "of requests that the peer never looked at"));
  }

  <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(channel)
        ? Optional.of(nativeType.cast(channel))
        : Optional.empty();
  }

  /** Ends what is left: the engine has drained before. */
  @Override
  public void close() {
    if (own) {
      channel.shutdownNow();
    }
  }
}
