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

  /**
   * Returns the part that makes all connects of one queue's subscription, and knows what these have
   * in common: a session at the peer. Called once, after {@link #check} and before the first
   * connect; {@link #ended} follows. Defaults to this one, for all.
   */
  default SourceDriver subscribe(SourceRequest request) {
    return this;
  }

  /**
   * The subscription that {@link #subscribe} made this part for is over: its last link is released,
   * and no connect that begins now is wanted. Defaults to nothing.
   */
  default void ended() {}

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
