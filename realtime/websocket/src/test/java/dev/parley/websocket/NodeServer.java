package dev.parley.websocket;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The server of {@code src/test/node} in a process of its own. What it needs is installed into
 * {@code target} when it is first started there, which takes a network.
 */
final class NodeServer implements AutoCloseable {
  private static final Path SCRIPTS = Path.of("..", "..", "scripts").toAbsolutePath();
  private static final Path SOURCE = Path.of("src", "test", "node");
  private static final Path FOLDER = Path.of("target", "node");
  private static final List<String> FILES =
      List.of("package.json", "package-lock.json", "server.mjs");

  private final Process process;
  private final int port;

  private NodeServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static NodeServer start() throws Exception {
    Files.createDirectories(FOLDER);
    for (String file : FILES) {
      Files.copy(SOURCE.resolve(file), FOLDER.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Files.exists(FOLDER.resolve(Path.of("node_modules", "ws", "package.json")))) {
      install();
    }
    Process process =
        new ProcessBuilder(SCRIPTS + "/node", "server.mjs")
            .directory(FOLDER.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String port =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (port == null) {
      throw new IOException("the Node server ended before it told its port");
    }
    return new NodeServer(process, Integer.parseInt(port));
  }

  private static void install() throws Exception {
    Path output = FOLDER.resolve("npm.log");
    Process npm =
        new ProcessBuilder(SCRIPTS + "/npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!npm.waitFor(2, TimeUnit.MINUTES) || npm.exitValue() != 0) {
      npm.destroy();
      throw new IOException("npm ci failed: " + Files.readString(output));
    }
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
