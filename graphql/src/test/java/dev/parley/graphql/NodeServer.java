package dev.parley.graphql;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A server on graphql-yoga in Node; {@code npm ci} is run once for each clean build. */
final class NodeServer implements Server {
  private static final Path SCRIPTS = Path.of("../scripts").toAbsolutePath();
  private static final Path SOURCES = Path.of("src/test/node").toAbsolutePath();
  private static final Path SCHEMA = Path.of("src/test/resources/schema.graphqls").toAbsolutePath();
  private static final Path FOLDER = Path.of("target/node").toAbsolutePath();

  private static Process process;
  private static BufferedReader output;

  private final int port;

  NodeServer() {
    this("-");
  }

  /** Starts a server that asks at an address what to do with each request. */
  NodeServer(String script) {
    synchronized (NodeServer.class) {
      try {
        start();
        command(script);
        String line = output.readLine();
        if (line == null) {
          throw new IOException("Node ended; see " + FOLDER.resolve("server.log"));
        }
        port = Integer.parseInt(line);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void close() {
    synchronized (NodeServer.class) {
      try {
        command("close " + port);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void command(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  // One process has the servers of all tests; it ends when this JVM does, and its input with it.
  private static void start() throws IOException {
    if (process != null) {
      return;
    }
    install();
    process =
        new ProcessBuilder(SCRIPTS + "/node", "server.mjs", SCHEMA.toString())
            .directory(FOLDER.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(FOLDER.resolve("server.log").toFile()))
            .start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  // The tests of a module run in several JVMs at once.
  private static void install() throws IOException {
    Files.createDirectories(FOLDER);
    try (FileChannel file =
            FileChannel.open(
                FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      for (String each : List.of("package.json", "package-lock.json", ".npmrc", "server.mjs")) {
        Files.copy(
            SOURCES.resolve(each), FOLDER.resolve(each), StandardCopyOption.REPLACE_EXISTING);
      }
      Path done = FOLDER.resolve("node_modules/.package-lock.json");
      if (lock.isValid() && !Files.exists(done)) {
        npmCi();
      }
    }
  }

  private static void npmCi() throws IOException {
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
}
