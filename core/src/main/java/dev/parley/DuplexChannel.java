package dev.parley;

/** A channel of sessions in which both sides send when they like: WebSocket, gRPC bidi, WebRTC. */
public interface DuplexChannel extends Channel {
  /**
   * Opens a session and waits until it is connected.
   *
   * @throws ParleyException if it cannot be connected, after the retries that are allowed
   * @throws ConfigurationException if the operation has no binding that this channel understands
   */
  <O, I> Session<O, I> open(Operation<O, I> operation, SessionOptions options);

  /** Opens a session with default options. */
  default <O, I> Session<O, I> open(Operation<O, I> operation) {
    return open(operation, SessionOptions.DEFAULT);
  }
}
