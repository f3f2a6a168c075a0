package dev.parley.samples.shop;

import java.util.concurrent.CountDownLatch;

/**
 * One pattern of communication, shown in bad weather. Another pattern (a feed, a broker) joins the
 * demo as another scene.
 *
 * <p><b>Threads:</b> one thread at a time.
 */
interface Scene {
  /**
   * Plays it once more; what is counted adds up over all plays.
   *
   * @param seed where its chance comes from: the same seed is the same trouble
   * @param orders how much is asked for
   * @param progress to be told how it goes
   * @param closing once it is open the play ends early, in good order
   */
  void play(long seed, int orders, Progress progress, CountDownLatch closing) throws Exception;

  /** Returns whether Parley has kept its promise in all plays so far. */
  boolean isPassed();

  /** Returns the table of all plays so far, and the verdict under it. */
  String report();

  /** Returns what all plays so far have shown, in one line for each client. */
  String verdict();
}
