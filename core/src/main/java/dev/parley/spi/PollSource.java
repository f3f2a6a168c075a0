package dev.parley.spi;

/** A source that the engine asks, from one thread for each link: Kafka, SQS, HTTP polling. */
public non-sealed interface PollSource extends SourceDriver {
  /**
   * Connects; may block, and is interrupted when the subscription is closed meanwhile.
   *
   * @throws Exception the native failure
   */
  PollLink connect(SourceRequest request) throws Exception;
}
