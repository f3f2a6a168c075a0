package dev.parley.grpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Programs on grpc-js, each in a process of Node; {@code npm ci} is run once for a clean build. */
final class Node {
  private static final Path SCRIPTS = Path.of("../scripts").toAbsolutePath();
  private static final Path SOURCES = Path.of("src/test/node").toAbsolutePath();
  private static final Path FOLDER = Path.of("target/node").toAbsolutePath();

  private Node() {}

  /** Starts a program, which ends when this JVM does, and its input with it. */
  static Process start(String program, String... arguments) {
    try {
      install(program);
      ProcessBuilder node = new ProcessBuilder(SCRIPTS + "/node", program);
      node.command().addAll(List.of(arguments));
      return node.directory(FOLDER.toFile())
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
      for (String each : List.of("package.json", "package-lock.json", ".npmrc", program)) {
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
