package dev.parley.websocket;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The server of {@code src/test/node/server.mjs} in a process of its own. */
final class NodeServer implements AutoCloseable {
  private final Process process;
  private final int port;

  private NodeServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static NodeServer start() throws IOException {
    Process process = Node.start("server.mjs");
    String port =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (port == null) {
      throw new IOException("the Node server ended before it told its port");
    }
    return new NodeServer(process, Integer.parseInt(port));
  }

  String uri() {
    return "ws://127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  @Override
  public void close() throws Exception {
    process.destroy();
    process.waitFor(10, TimeUnit.SECONDS);
  }
}
