package dev.parley;

/** A body could not be encoded, or what arrived could not be decoded. Never retried. */
public final class CodecException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public CodecException(Failure failure) {
    super(failure);
  }
}
