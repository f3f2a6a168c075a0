package dev.parley;

/** Which of the five capabilities an exchange belongs to. */
public enum Shape {
  /** {@link CallChannel}. */
  CALL,
  /** {@link SendChannel}. */
  SEND,
  /** {@link StreamChannel}. */
  STREAM,
  /** {@link QueueChannel}. */
  QUEUE,
  /** {@link DuplexChannel}. */
  DUPLEX
}
