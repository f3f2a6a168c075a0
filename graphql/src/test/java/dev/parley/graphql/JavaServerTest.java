package dev.parley.graphql;

class JavaServerTest extends ServerTest {
  @Override
  Server start() {
    return new JavaServer();
  }
}
