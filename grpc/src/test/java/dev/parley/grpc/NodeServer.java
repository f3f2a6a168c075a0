package dev.parley.grpc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The stock on grpc-js, in a process of Node; {@code npm ci} is run once for each clean build. */
final class NodeServer implements AutoCloseable {
  private static final Path SCRIPTS = Path.of("../scripts").toAbsolutePath();
  private static final Path SOURCES = Path.of("src/test/node").toAbsolutePath();
  private static final Path PROTO = Path.of("src/test/protobuf/shop.proto").toAbsolutePath();
  private static final Path FOLDER = Path.of("target/node").toAbsolutePath();

  private final Process process;
  private final int port;

  NodeServer() {
    try {
      install();
      process =
          new ProcessBuilder(SCRIPTS + "/node", "server.js", PROTO.toString())
              .directory(FOLDER.toFile())
              .redirectError(FOLDER.resolve("server.log").toFile())
              .start();
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

  String uri() {
    return "grpc://127.0.0.1:" + port;
  }

  private static synchronized void install() throws IOException {
    Files.createDirectories(FOLDER);
    for (String each : List.of("package.json", "package-lock.json", ".npmrc", "server.js")) {
      Files.copy(SOURCES.resolve(each), FOLDER.resolve(each), StandardCopyOption.REPLACE_EXISTING);
    }
    Path done = FOLDER.resolve("node_modules/.package-lock.json");
    if (Files.exists(done)) {
      return;
    }
    Process npm =
        new ProcessBuilder(SCRIPTS + "/npm", "ci", "--no-audit", "--no-fund")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(FOLDER.resolve("npm.log").toFile())
            .start();
    try {
      if (npm.waitFor() != 0) {
        throw new IOException("npm ci failed: see " + FOLDER.resolve("npm.log"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("npm ci was interrupted", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
