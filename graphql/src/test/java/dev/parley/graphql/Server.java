package dev.parley.graphql;

/** A real GraphQL server with the schema of the tests. */
interface Server extends AutoCloseable {
  /** Returns its port on 127.0.0.1. */
  int port();

  /** Returns its address. */
  default String uri() {
    return "graphql+http://127.0.0.1:" + port() + "/graphql";
  }

  @Override
  void close();
}
