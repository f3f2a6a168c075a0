package dev.parley;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of all failures of Parley: what happened, to which operation at which endpoint, on which
 * attempt, why it was not retried, and what to do.
 *
 * <p>Each failure is three independent facts: its {@link #kind()}, its {@link #effect()} at the
 * peer, and the operation's {@link Idempotency}. {@link #notRetriedBecause()} says which rule made
 * it final.
 *
 * <p>Messages never hold header values, bodies or secrets.
 *
 * <p><b>Threads:</b> safe to read from many threads once thrown.
 */
public class ParleyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;
  private transient @Nullable Effect effect;
  private transient @Nullable Outcome outcome;

  /** Creates the exception that states these facts. */
  public ParleyException(Failure failure) {
    super(failure.message(), failure.cause());
    this.failure = failure;
  }

  /** Returns what kind of failure it was. */
  public final Kind kind() {
    return failure.kind();
  }

  /** Returns what the call may have done at the peer: the worst over all its attempts. */
  public final Effect effect() {
    Effect settled = effect;
    return settled == null ? failure.effect() : settled;
  }

  /** Returns why no further attempt was made; empty before the engine decided. */
  public final Optional<NotRetried> notRetriedBecause() {
    return Optional.ofNullable(outcome).map(Outcome::reason);
  }

  /** Returns how long the peer asked to wait before another attempt, if it said so. */
  public final Optional<Duration> retryAfter() {
    return failure.hint().filter(hint -> !hint.isNegative());
  }

  /** Returns whether the peer asked, with a negative hint, not to be asked again. */
  public final boolean isRetryForbidden() {
    return failure.hint().filter(Duration::isNegative).isPresent();
  }

  /** Returns the failures of all attempts in order; the last one may be this exception. */
  public final List<ParleyException> attempts() {
    Outcome known = outcome;
    return known == null ? List.of() : known.failures();
  }

  /** Returns the idempotency key that went out with every attempt, to repeat the call with. */
  public final Optional<String> idempotencyKey() {
    return Optional.ofNullable(outcome).map(Outcome::idempotencyKey);
  }

  /** Returns how the whole call ended; empty before the engine decided. */
  public final Optional<Outcome> outcome() {
    return Optional.ofNullable(outcome);
  }

  /** Returns the native failure in the chain of causes that is of the given type. Unportable. */
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    Objects.requireNonNull(nativeType, "nativeType");
    Throwable link = this;
    for (int depth = 0; link != null && depth < 32; depth++) {
      if (nativeType.isInstance(link)) {
        return Optional.of(nativeType.cast(link));
      }
      link = link.getCause();
    }
    return Optional.empty();
  }

  /** Returns what happened, to what, on which attempt, and what to do. */
  @Override
  public String getMessage() {
    Outcome known = outcome;
    if (known == null) {
      return failure.message();
    }
    String attempts = known.attempts() == 1 ? "1 attempt" : known.attempts() + " attempts";
    return String.format(
        Locale.ROOT,
        "%s at %s failed after %s in %.3f s: %s (effect %s; not retried, %s: %s)",
        known.operation(),
        known.endpoint(),
        attempts,
        known.elapsed().toNanos() / 1e9,
        failure.message(),
        effect(),
        known.reason(),
        known.reason().advice());
  }

  /** States another effect than the driver did. For the engine. */
  public final ParleyException withEffect(Effect settled) {
    this.effect = Objects.requireNonNull(settled, "settled");
    return this;
  }

  /** States how the whole call ended, once; earlier attempts become suppressed. For the engine. */
  @SuppressWarnings("ReferenceEquality") // the same failure must not suppress itself
  public final ParleyException withOutcome(Outcome settled) {
    if (outcome == null) {
      outcome = Objects.requireNonNull(settled, "settled");
      for (ParleyException earlier : settled.failures()) {
        if (earlier != this && earlier != getCause()) {
          addSuppressed(earlier);
        }
      }
    }
    return this;
  }

  final Failure failure() {
    return failure;
  }
}
