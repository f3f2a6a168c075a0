package dev.parley;

/**
 * A channel of one request and many elements, with nothing to acknowledge: SSE, polling, gRPC
 * server streams, GraphQL subscriptions, pages of a listing. It survives disconnects and resumes
 * from a {@link Position}.
 */
public interface StreamChannel extends Channel {
  /**
   * Subscribes; the connection is made in the background.
   *
   * @throws ConfigurationException if the operation has no binding that this channel understands
   */
  <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, Q request, StreamOptions options);

  /** Subscribes to an operation without a request, with default options. */
  @SuppressWarnings("NullAway") // null is the only value of a Void request
  default <R> Subscription<Message<R>> stream(Operation<Void, R> operation) {
    return stream(operation, null, StreamOptions.DEFAULT);
  }
}
