package dev.parley;

/** Where a delivery waits for its retry. */
public enum RetryMode {
  /** Here, unsettled: the ones behind it that must keep their order wait too. */
  BLOCKING_IN_ORDER,
  /** At the peer where it can: others overtake it. */
  DELAYED_UNORDERED
}
