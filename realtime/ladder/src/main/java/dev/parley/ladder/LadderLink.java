package dev.parley.ladder;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Gap;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StreamChannel;
import dev.parley.Subscription;
import dev.parley.TransportException;
import dev.parley.TypeRef;
import dev.parley.spi.Codecs;
import dev.parley.spi.Continuity;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inbound;
import dev.parley.spi.PollLink;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Time;
import dev.parley.spi.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The life of one connection on one rung; it ends when the rung does, or a better can be had. */
final class LadderLink implements PollLink {
  private final SourceRequest.OfStream request;
  private final List<StreamChannel> rungs;
  private final Standing standing;
  private final Climbing climbing;
  private final Trial trial;
  private final Subscription<? extends Message<?>> inner;
  private final Time time;
  private final long opened;

  // The engine's thread only.
  private @Nullable Position position;
  private volatile @Nullable Trial probe; // written by the engine's thread
  private long probeEnd;
  private boolean isSteady;

  private volatile boolean woken;

  LadderLink(
      SourceRequest.OfStream request,
      List<StreamChannel> rungs,
      Standing standing,
      Climbing climbing,
      Trial trial,
      Time time) {
    this.request = request;
    this.rungs = rungs;
    this.standing = standing;
    this.climbing = climbing;
    this.trial = trial;
    this.inner = trial.subscription();
    this.time = time;
    this.opened = time.nanoTime();
    this.position = request.from();
  }

  @Override
  public Continuity continuity() {
    Resumed resumed = trial.connection();
    Gap gap = resumed == null ? Gap.NONE : resumed.gap();
    String reason = resumed == null ? "the stream has ended" : resumed.reason();
    // For the rung this is a first connection; for the subscriber it is not.
    boolean blind = request.from() == null || !trial.resumes();
    if (request.connection() > 1 && blind && gap == Gap.NONE) {
      gap = Gap.POSSIBLE;
      reason = "it cannot resume where the one before was lost";
    }
    return new Continuity(gap, "on " + trial + ": " + reason);
  }

  @Override
  public List<Inbound> poll(int max, Duration wait) throws Exception {
    if (max == 0) {
      return List.of();
    }
    climb();
    List<Inbound> taken = new ArrayList<>();
    try {
      Optional<? extends Message<?>> message = inner.poll(wait);
      while (message.isPresent()) {
        taken.add(inbound(message.get()));
        message = taken.size() < max ? inner.poll(Duration.ZERO) : Optional.empty();
      }
    } catch (ParleyException e) {
      if (taken.isEmpty()) {
        throw lost(e);
      }
      return taken; // the next poll fails like this one
    }
    if (taken.isEmpty() && inner.state() == State.CLOSED && !woken) {
      throw new EndOfStream();
    }
    return taken;
  }

  // A message that was pulled is done with, so that the position is right behind it.
  private Inbound inbound(Message<?> message) {
    Inbound inbound =
        new Inbound(message.payload())
            .headers(message.headers())
            .id(message.id().orElse(null))
            .key(message.key().orElse(null))
            .context(message.context())
            .nativeMessage(message);
    Position reached = inner.position().orElse(null);
    if (reached != null && !Objects.equals(reached, position)) {
      Map<String, String> before = position == null ? Map.of() : position.lanes();
      reached
          .lanes()
          .forEach((lane, value) -> {
            if (!value.equals(before.get(lane))) {
              inbound.position(lane, value);
            }
          });
      position = reached;
    }
    return inbound;
  }

  @Override
  public @Nullable Position position() {
    Position reached = inner.position().orElse(null);
    if (reached == null || Objects.equals(reached, position)) {
      return null;
    }
    position = reached;
    return reached;
  }

  /** Tries a better rung from time to time, beside this one, and ends when it can be had. */
  private void climb() {
    long now = time.nanoTime();
    if (!isSteady && now - opened >= Climbing.STEADY.toNanos()) {
      isSteady = true;
      standing.steady(trial.rung);
    }
    Trial trying = probe;
    if (trying == null) {
      int above = standing.above(trial.rung, now);
      if (above >= 0) {
        probeEnd = now + climbing.patience().toNanos();
        probe = new Trial(above, rungs.get(above), request, position, 1, new Waiter(time));
      }
      return;
    }
    if (!trying.isDecided() && probeEnd - now > 0) {
      return;
    }
    probe = null;
    trying.abort();
    if (!trying.isDecided() || !trying.isUp()) {
      standing.block(trying.rung, trying.failure(climbing.patience()), now);
      return;
    }
    standing.free(trying.rung);
    throw new TransportException(
        Failure.of(
            Kind.TRANSIENT,
            Effect.NOT_SENT,
            "going up from " + trial + " to " + trying + ", which can be had again"));
  }

  /**
   * States what ends this link. What no reconnect to the rung can mend is no end for the ladder:
   * whether any rung is worth another try is found out by trying them.
   */
  private ParleyException lost(ParleyException failure) {
    long now = time.nanoTime();
    standing.lost(trial.rung, now - opened, failure, now);
    boolean mendable = failure.kind() == Kind.TRANSIENT || failure.kind() == Kind.THROTTLED;
    if (mendable || failure.kind() == Kind.LOCAL) {
      return failure;
    }
    standing.block(trial.rung, failure, now);
    return new TransportException(
        Failure.of(
                Kind.TRANSIENT,
                failure.effect(),
                "going down from " + trial + ": " + failure.getMessage())
            .withCause(failure));
  }

  @Override
  @SuppressWarnings("unchecked") // the rung has decoded it as the same operation's type
  public <T> T decode(Inbound inbound, TypeRef<T> type, Codecs codecs) {
    return inbound.nativeMessage() instanceof Message<?> message
        ? (T) message.body()
        : PollLink.super.decode(inbound, type, codecs);
  }

  /** Returns the channel of the rung, or what its subscription unwraps to. */
  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(trial.channel)
        ? Optional.of(nativeType.cast(trial.channel))
        : inner.unwrap(nativeType);
  }

  /** A stream has nothing to settle: it is being closed. */
  @Override
  public void wakeup() {
    abort();
  }

  @Override
  public void close() {
    abort();
  }

  @Override
  public void abort() {
    woken = true;
    inner.abort();
    Trial trying = probe;
    if (trying != null) {
      trying.abort();
    }
  }
}
