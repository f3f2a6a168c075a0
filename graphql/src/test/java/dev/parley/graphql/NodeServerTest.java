package dev.parley.graphql;

class NodeServerTest extends ServerTest {
  @Override
  Server start() {
    return new NodeServer();
  }
}
