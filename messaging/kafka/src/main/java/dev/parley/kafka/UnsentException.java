package dev.parley.kafka;

/** Why a record did not come as far as the producer's buffer: nothing of it was sent. */
final class UnsentException extends Exception {
  private static final long serialVersionUID = 1L;

  UnsentException(Throwable cause) {
    super(null, cause, false, false);
  }
}
