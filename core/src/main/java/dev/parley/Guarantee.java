package dev.parley;

/** How often a message has its effect, as far as the endpoint promises. */
public enum Guarantee {
  /** Once or never. */
  AT_MOST_ONCE,
  /** Once or more often. */
  AT_LEAST_ONCE,
  /** Delivered once or more often, with one effect: the receiver knows repetitions. */
  EFFECTIVELY_ONCE
}
