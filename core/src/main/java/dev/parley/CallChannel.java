package dev.parley;

/**
 * A channel of request and reply: REST, GraphQL queries, gRPC unary, JSON-RPC, SOAP, functions.
 *
 * {@snippet class="dev.parley.OperationTest" region="call"}
 */
public interface CallChannel extends Channel {
  /**
   * Prepares one call; nothing is sent yet.
   *
   * @throws ConfigurationException if the operation has no binding that this channel understands
   */
  <Q, R> Call<R> newCall(Operation<Q, R> operation, Q request, CallOptions options);

  /**
   * Calls and waits for the reply, with the channel's default options.
   *
   * @throws ParleyException if the call failed, after the retries that are allowed
   */
  <Q, R> R call(Operation<Q, R> operation, Q request);

  /** Calls and waits for the reply. */
  default <Q, R> R call(Operation<Q, R> operation, Q request, CallOptions options) {
    return newCall(operation, request, options).execute().body();
  }
}
