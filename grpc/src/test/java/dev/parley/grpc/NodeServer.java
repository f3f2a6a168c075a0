package dev.parley.grpc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The stock on grpc-js, in a process of Node. */
final class NodeServer implements AutoCloseable {
  private static final Path PROTO = Path.of("src/test/protobuf/shop.proto").toAbsolutePath();

  private final Process process = Node.start("server.js", PROTO.toString());
  private final int port;

  NodeServer() {
    try {
      String line =
          new BufferedReader(
                  new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
              .readLine();
      if (line == null) {
        throw new IOException("the Node server ended before it told its port");
      }
      port = Integer.parseInt(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
