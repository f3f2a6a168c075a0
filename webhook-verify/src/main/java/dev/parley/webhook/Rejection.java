package dev.parley.webhook;

/** Ends a verification from wherever a request turns out to be wrong; never leaves the package. */
final class Rejection extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  /** The detail names things, never their values: it may be logged. */
  Rejection(Reason reason, String detail) {
    // Without a stack trace, since forged requests may come fast.
    super(detail, null, false, false);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
