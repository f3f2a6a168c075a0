package dev.parley.websocket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Programs on npm's ws, each in a process of Node; {@code npm ci} is run once for a clean build.
 */
final class Node {
  private static final Path SCRIPTS = Path.of("../../scripts").toAbsolutePath();
  private static final Path SOURCES = Path.of("src/test/node").toAbsolutePath();
  private static final Path FOLDER = Path.of("target/node").toAbsolutePath();

  private Node() {}

  /** Starts a program, which ends when this JVM does, and its input with it. */
  static Process start(String program) {
    try {
      install(program);
      return new ProcessBuilder(SCRIPTS + "/node", program)
          .directory(FOLDER.toFile())
          .redirectError(
              ProcessBuilder.Redirect.appendTo(FOLDER.resolve(program + ".log").toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // The tests of a module run in several JVMs at once.
  private static synchronized void install(String program) throws IOException {
    Files.createDirectories(FOLDER);
    try (FileChannel file =
            FileChannel.open(
                FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      for (String each : List.of("package.json", "package-lock.json", program)) {
        update(SOURCES.resolve(each), FOLDER.resolve(each));
      }
      Path done = FOLDER.resolve("node_modules/.package-lock.json");
      if (lock.isValid() && !Files.exists(done)) {
        npmCi();
      }
    }
  }

  // What is up to date is left alone: a Node that another JVM has just started may be reading it.
  private static void update(Path source, Path copy) throws IOException {
    if (!Files.exists(copy) || Files.mismatch(source, copy) >= 0) {
      Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void npmCi() throws IOException {
    Path output = FOLDER.resolve("npm.log");
    Process npm =
        new ProcessBuilder(SCRIPTS + "/npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (npm.waitFor() != 0) {
        throw new IOException("npm ci failed: " + Files.readString(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("npm ci was interrupted", e);
    }
  }
}
