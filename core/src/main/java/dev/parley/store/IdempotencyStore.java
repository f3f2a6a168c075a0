package dev.parley.store;

import java.time.Duration;

/**
 * Remembers by key what is being handled and what was, so that a repetition has no second effect.
 *
 * <p>{@link #claim} comes before the effects and {@link #complete} behind them; {@link #release}
 * takes the place of the latter if they failed. A crash in between leaves a lease, which ends; the
 * next claim then gets a higher fence, and whatever the earlier owner still does with its own is
 * refused. The effects themselves happen once only if they are made in one transaction with {@link
 * #complete}; otherwise at least once.
 *
 * <p>A key is unknown again once its time to be kept is over. That must be longer than the sender
 * goes on repeating: 24 h over HTTP, 5 days for webhooks, 7 days for brokers.
 *
 * <p>Every method throws a {@link dev.parley.ParleyException} if the store cannot answer: down,
 * full, cut off. Then fail closed: handle nothing, acknowledge nothing.
 *
 * <p><b>Threads:</b> safe for use by many threads and, where the store is shared, many programs;
 * each method blocks until the store has answered.
 *
 * @since 0.1
 */
public interface IdempotencyStore {
  /**
   * Asks to handle what has this key.
   *
   * @param key names it, at most 400 characters: scope it by sender and operation
   * @param fingerprint tells whether it is the same, such as the SHA-256 of the body, at most 255
   *     characters
   * @param lease for how long nobody else may handle it
   */
  Claim claim(String key, String fingerprint, Duration lease);

  /** Makes the lease last this long from now; false if it is not yours any more. */
  boolean renew(String key, long fence, Duration lease);

  /**
   * Says that it is done; false if it is not yours any more, and then nothing is changed.
   *
   * @param result what a repetition shall get
   * @param keep how long to remember it
   */
  boolean complete(String key, long fence, byte[] result, Duration keep);

  /** Gives it up, so that the next claim gets it at once; false if it is not yours any more. */
  boolean release(String key, long fence);
}
