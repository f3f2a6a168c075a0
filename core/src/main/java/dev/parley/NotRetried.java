package dev.parley;

/** Why a failure was final, as {@link ParleyException#notRetriedBecause()} tells it. */
public enum NotRetried {
  /** All attempts of the {@link RetryPolicy} are used up. */
  ATTEMPTS("all attempts are used up; raise RetryPolicy.maxAttempts if the peer needs longer"),
  /** The {@link RetryBudget} of the target is empty. */
  BUDGET("the target's retry budget is empty; it refills as calls succeed"),
  /** The next attempt could not have finished before the deadline. */
  DEADLINE("the deadline leaves no time for another attempt; raise CallOptions.deadline"),
  /** The peer asked not to be asked again, or not for longer than the honoured maximum. */
  PUSHBACK("the peer asks to wait longer than allowed; call again after retryAfter()"),
  /** The operation is not repeatable and an attempt may have been acted on. */
  UNSAFE("the peer may have acted on it; check its state, or declare the operation KEYED"),
  /** The peer has forgotten the idempotency key by now, and would act again. */
  KEY_EXPIRED("the peer has forgotten the idempotency key; see what became of the first attempt"),
  /** The request body was consumed and cannot be sent again. */
  BODY_NOT_REPLAYABLE("the request body cannot be read twice; use a replayable Payload"),
  /** The circuit breaker of the target is open. */
  BREAKER_OPEN("the circuit breaker of the target is open; call again later"),
  /** The channel is closing. */
  DRAINING("the channel is closing"),
  /** The caller cancelled. */
  CANCELLED("the call was cancelled"),
  /** The calling thread was interrupted. */
  INTERRUPTED("the calling thread was interrupted"),
  /** The same request would fail again. */
  PERMANENT("the same request would fail again"),
  /** Retries are switched off for the whole {@link Parley}. */
  SWITCHED_OFF("retries are switched off by Parley.retries(false)");

  private final String advice;

  NotRetried(String advice) {
    this.advice = advice;
  }

  /** Returns the reason in words, and what to do about it. */
  public String advice() {
    return advice;
  }
}
