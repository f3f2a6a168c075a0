package dev.parley.spi;

/**
 * The part of a driver for streams and queues: one that is asked ({@link PollSource}) or one that
 * tells ({@link PushSource}).
 */
public sealed interface SourceDriver permits PollSource, PushSource {
  /** Returns how the peer takes acknowledgements. Defaults to one by one. */
  default Acknowledgement acknowledgement() {
    return Acknowledgement.SINGLE;
  }

  /**
   * Checks a request without connecting.
   *
   * @throws dev.parley.ConfigurationException if it lacks a binding or asks for what there is not
   */
  default void check(SourceRequest request) {}

  /** How a peer takes acknowledgements. */
  enum Acknowledgement {
    /** Each delivery on its own (AMQP, SQS). */
    SINGLE,
    /**
     * Everything up to a position in a lane (Kafka): the engine settles contiguous prefixes only.
     */
    PREFIX
  }
}
