package dev.parley.graphql;

/**
 * How subscriptions travel. None of these has positions: after each reconnect the listener hears of
 * a {@link dev.parley.Gap#POSSIBLE possible gap}.
 */
public enum SubscriptionProtocol {
  /** A web socket for each, by graphql-transport-ws. */
  WEB_SOCKET,

  /**
   * Server-sent events in answer to a POST for each, by graphql-sse in its mode of distinct
   * connections.
   */
  SSE,

  /** Parts of the answer to a POST for each, by {@code multipart/mixed;subscriptionSpec=1.0}. */
  MULTIPART
}
