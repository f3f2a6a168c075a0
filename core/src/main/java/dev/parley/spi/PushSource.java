package dev.parley.spi;

/** A source that tells the engine: SSE, WebSocket, MQTT, AMQP, streaming pull. */
public non-sealed interface PushSource extends SourceDriver {
  /**
   * Connects and subscribes; may block, and is interrupted when the subscription is closed
   * meanwhile. The link may call the inlet at once; the engine holds back what comes before it has
   * told the subscriber of the connection. Nothing may come before the first {@link
   * PushLink#request}.
   *
   * @throws Exception the native failure
   */
  PushLink connect(SourceRequest request, Inlet inlet) throws Exception;
}
