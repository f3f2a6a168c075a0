package dev.parley.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What goes wrong between the program and the in-memory peer, on command.
 *
 * {@snippet class="dev.parley.testkit.MemoryTransportTest" region="faults"}
 *
 * <p>All of it is in force when the method returns. {@link #heal} ends what has no end of its own.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class MemoryFaults {
  /** What a cut ends: an exchange under way, or a link of a subscription or session. */
  interface Cuttable {
    void cut();
  }

  private final Set<Cuttable> connections = ConcurrentHashMap.newKeySet();

  // Guarded by this.
  private boolean refusing;
  private int refuseNext;
  private int loseReplies;
  private int truncateReplies;
  private int delayReplies;
  private Duration replyDelay = Duration.ZERO;
  private Duration latency = Duration.ZERO;
  private boolean frozen;
  private final List<Runnable> held = new ArrayList<>();
  private int duplicates;
  private int reorderWindow = 1;
  private Random random = new Random(0);

  MemoryFaults() {}

  /**
   * Refuses everything new until {@link #heal}: connects, calls and sends fail before anything has
   * left ({@link dev.parley.Effect#NOT_SENT}). What is connected stays so.
   */
  public synchronized void refuse() {
    refusing = true;
  }

  /** Refuses the next connects, calls or sends. */
  public synchronized void refuse(int next) {
    refuseNext = notNegative(next);
  }

  /**
   * Loses the replies to the next calls or sends: the peer acts on them, and the connection is cut
   * before its reply came back ({@link dev.parley.Effect#POSSIBLE}).
   */
  public synchronized void loseReplies(int next) {
    loseReplies = notNegative(next);
  }

  /** Cuts the connection in the middle of the replies to the next calls or sends. */
  public synchronized void truncateReplies(int next) {
    truncateReplies = notNegative(next);
  }

  /** Holds up the replies to the next calls or sends. */
  public synchronized void delayReplies(int next, Duration delay) {
    delayReplies = notNegative(next);
    replyDelay = Objects.requireNonNull(delay, "delay");
  }

  /** Makes every call, send and delivery take this long. Zero by default. */
  public synchronized void latency(Duration newLatency) {
    this.latency = Objects.requireNonNull(newLatency, "newLatency");
  }

  /** Cuts all connections now, and whatever call or send is under way on them. */
  public void cut() {
    connections.forEach(Cuttable::cut);
  }

  /**
   * Freezes the network until {@link #heal}: nothing passes in either direction, nothing is refused
   * and nothing is closed, as behind a peer that lost its power.
   */
  public synchronized void freeze() {
    frozen = true;
  }

  /** Cuts all connections and refuses new ones until {@link #heal}. */
  public void partition() {
    refuse();
    cut();
  }

  /** Delivers the next messages twice. */
  public synchronized void duplicate(int next) {
    duplicates = notNegative(next);
  }

  /**
   * Makes queues with {@code ack=single} deliver each time a random one of the next so many
   * messages, which breaks the order. 1 is the right order.
   */
  public synchronized void reorder(int window, long seed) {
    if (window < 1) {
      throw new IllegalArgumentException("window must be at least 1, but is " + window);
    }
    reorderWindow = window;
    random = new Random(seed);
  }

  /** Ends all of it. What was frozen goes on where it stood. */
  public void heal() {
    List<Runnable> released;
    synchronized (this) {
      refusing = false;
      refuseNext = 0;
      loseReplies = 0;
      truncateReplies = 0;
      delayReplies = 0;
      duplicates = 0;
      reorderWindow = 1;
      latency = Duration.ZERO;
      frozen = false;
      released = List.copyOf(held);
      held.clear();
      notifyAll();
    }
    released.forEach(Runnable::run);
  }

  /** Returns how many connections there are: links and exchanges under way. */
  public int connections() {
    return connections.size();
  }

  void connected(Cuttable connection) {
    connections.add(connection);
  }

  void disconnected(Cuttable connection) {
    connections.remove(connection);
  }

  synchronized boolean takeRefusal() {
    if (refusing) {
      return true;
    }
    return refuseNext > 0 && refuseNext-- > 0;
  }

  synchronized ReplyFault takeReplyFault() {
    if (loseReplies > 0) {
      loseReplies--;
      return new ReplyFault("the connection was cut before the reply came", Duration.ZERO);
    }
    if (truncateReplies > 0) {
      truncateReplies--;
      return new ReplyFault("the connection was cut in the middle of the reply", Duration.ZERO);
    }
    if (delayReplies > 0) {
      delayReplies--;
      return new ReplyFault("", replyDelay);
    }
    return new ReplyFault("", Duration.ZERO);
  }

  /** Runs it now, or once the network is no longer frozen. */
  void pass(Runnable action) {
    synchronized (this) {
      if (frozen) {
        held.add(action);
        return;
      }
    }
    action.run();
  }

  /** Waits while the network is frozen. */
  synchronized void awaitPassage() throws InterruptedException {
    while (frozen) {
      wait();
    }
  }

  synchronized boolean isFrozen() {
    return frozen;
  }

  synchronized Duration latency() {
    return latency;
  }

  synchronized boolean takeDuplicate() {
    return duplicates > 0 && duplicates-- > 0;
  }

  /** Returns which of the next messages goes first. */
  synchronized int pick(int available) {
    int window = Math.min(available, reorderWindow);
    return window <= 1 ? 0 : random.nextInt(window);
  }

  private static int notNegative(int next) {
    if (next < 0) {
      throw new IllegalArgumentException("next must not be negative, but is " + next);
    }
    return next;
  }

  /**
   * What happens to one reply.
   *
   * @param cut why the connection is cut, or empty if it is not
   * @param delay how long the reply is held up
   */
  record ReplyFault(String cut, Duration delay) {}
}
