package dev.parley.store;

import java.time.Instant;
import java.util.Objects;

/** What became of the wish to handle something, see {@link IdempotencyStore#claim}. */
public sealed interface Claim {
  /**
   * It is yours to handle, until the lease ends.
   *
   * @param fence proves that it is yours; higher than that of every earlier owner
   * @param attempt how often it was claimed, 1 for the first time
   */
  record New(long fence, int attempt) implements Claim {}

  /**
   * Somebody else handles it now: do not, and do not acknowledge it either.
   *
   * @param until when the lease of the other ends, unless it is renewed
   */
  record InProgress(Instant until) implements Claim {
    /** Checks that the end is there. */
    public InProgress {
      Objects.requireNonNull(until, "until");
    }
  }

  /** It was handled: acknowledge it, answer with what was answered then. */
  final class Done implements Claim {
    private final byte[] result;

    /** Creates it from what {@link IdempotencyStore#complete} was given. */
    public Done(byte[] result) {
      this.result = result.clone();
    }

    /** Returns what {@link IdempotencyStore#complete} was given. */
    public byte[] result() {
      return result.clone();
    }

    @Override
    public String toString() {
      return "Done[" + result.length + " bytes]";
    }
  }

  /** The key was used for something else: a fault of the sender, or a forgery. */
  record Mismatch() implements Claim {}
}
