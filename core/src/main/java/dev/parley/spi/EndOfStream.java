package dev.parley.spi;

/** Says that a stream has ended for good, and not by a failure. */
public final class EndOfStream extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates it; it has no stack trace. */
  public EndOfStream() {
    super("end of stream", null, false, false);
  }
}
