package dev.parley.graphql;

/** A real GraphQL server with the schema of the tests. */
interface Server extends AutoCloseable {
  /** Returns its port on 127.0.0.1. */
  int port();

  /** Returns its address. */
  default String uri() {
    return "graphql+http://127.0.0.1:" + port() + "/graphql";
  }

  /** Sends a note to all who subscribe to notes; one without a text fails there. */
  void publish(String id, String text);

  /** Ends the subscriptions to notes. */
  void end();

  /** Returns how many subscriptions to notes there were. */
  int subscriptions();

  @Override
  void close();
}
