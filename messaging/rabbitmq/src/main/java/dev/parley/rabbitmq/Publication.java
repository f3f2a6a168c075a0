package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;

/**
 * One attempt to publish.
 *
 * @param binding what must be declared before it goes out
 * @param sender told what becomes of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Publication(
    RabbitMq binding,
    String exchange,
    String routingKey,
    boolean isMandatory,
    AMQP.BasicProperties properties,
    byte[] body,
    Sender sender) {

  /** Who sends it. One of {@link #confirmed} and {@link #failed} is called, once. */
  interface Sender {
    /** Returns whether it still shall go out. */
    boolean isWanted();

    /** Its first byte may leave from now on. */
    void sent(Lane lane);

    /** The broker has it. */
    void confirmed();

    /** The broker proved that it has not got it; {@link #failed} follows. */
    void notProcessed();

    void failed(Throwable cause);
  }

  // Neither payload nor header values: they may be secret.
  @Override
  public String toString() {
    return "Publication[" + exchange + ", " + routingKey + ", " + body.length + " bytes]";
  }

  // Each attempt is itself and nothing else.
  @Override
  @SuppressWarnings("ReferenceEquality") // by identity
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
