package dev.parley.store;

import dev.parley.RetryMode;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Keeps messages in queues across a crash: what came in until it is handled, what shall go out
 * until it is sent.
 *
 * <p>A message is <em>open</em> until it is {@linkplain #complete completed}, which keeps its id
 * for a while to know repetitions by, or {@linkplain #reject rejected}, which makes it a dead
 * letter. An open one is free, or waits for its time, or is claimed by one owner. A claim has a
 * fence and a lease: once that has ended, whoever claims next gets a higher fence, and what the
 * earlier owner does with its own changes nothing.
 *
 * <p><b>Order:</b> messages of one key are handed out in the order of their numbers, and to one
 * owner at a time: a message is free only if none before it of its key is open, except those that
 * this same owner has. Those without a key wait for nobody. With {@link
 * RetryMode#DELAYED_UNORDERED} the next of a key does not wait for one that waits for its retry.
 *
 * <p>Every method throws a {@link dev.parley.ParleyException} if the store cannot answer: down,
 * full, cut off. Then fail closed: handle nothing, acknowledge nothing.
 *
 * <p><b>Threads:</b> safe for use by many threads and, where the store is shared, many programs;
 * each method blocks until the store has answered.
 *
 * @since 0.1
 */
public interface MessageStore {
  /**
   * Stores a message, once for each id of a queue. It can be claimed at once.
   *
   * @param queue the queue, at most 255 characters; there is no need to create one
   */
  Added add(String queue, StoredMessage message);

  /**
   * Claims messages that are free, those that came first before others; empty if there are none.
   */
  List<Claimed> claim(ClaimRequest request);

  /** Makes the leases last this long from now; returns how many were still yours. */
  int renew(Collection<Claimed> messages, Duration lease);

  /**
   * Says that they are done; returns how many were still yours.
   *
   * @param keep how long to know repetitions of them; zero to forget them at once
   */
  int complete(Collection<Claimed> messages, Duration keep);

  /**
   * Gives them back, to be claimed again when the time has passed; returns how many were still
   * yours.
   */
  int retry(Collection<Claimed> messages, Duration after);

  /**
   * Gives back at once all that an owner has, which is gone; returns how many that were. For what
   * was lost between the store and its owner, who does not even know of it.
   */
  int abandon(String queue, String owner);

  /**
   * Gives them up: they are dead letters until they are redriven or forgotten; returns how many
   * were still yours.
   *
   * @param reason why, without secrets; cut after 1000 characters
   * @param keep how long to keep them
   */
  int reject(Collection<Claimed> messages, String reason, Duration keep);

  /**
   * Returns dead letters, the oldest first.
   *
   * @param after only those with a higher number, to go on where an earlier answer ended; 0 for all
   */
  List<DeadMessage> dead(String queue, long after, int max);

  /**
   * Makes dead letters free again as if they had just come, under their own ids and numbers;
   * returns how many were still dead letters.
   */
  int redrive(String queue, Collection<Long> numbers);

  /** Returns how many messages are open: free, waiting or claimed. */
  int open(String queue);

  /** Forgets what was completed or rejected and need not be kept any more; returns how many. */
  int purge(String queue);

  /** Remembers a word for a queue, such as the position in what fills it, in place of the last. */
  void mark(String queue, String word);

  /** Returns the word that was remembered last for a queue. */
  Optional<String> mark(String queue);
}
