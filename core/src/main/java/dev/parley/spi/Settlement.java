package dev.parley.spi;

import java.time.Duration;

/** How deliveries are settled. */
public sealed interface Settlement {
  /** They are done. */
  Ack ACK = new Ack();

  /** They are done. */
  record Ack() implements Settlement {}

  /**
   * They shall come again.
   *
   * @param after not before this has passed; zero for at once
   */
  record Retry(Duration after) implements Settlement {}

  /**
   * They go to the peer's dead letters.
   *
   * @param reason why
   */
  record Reject(Throwable reason) implements Settlement {}

  /**
   * They shall not come again for this long.
   *
   * @param lease how long from now
   */
  record Extend(Duration lease) implements Settlement {}
}
