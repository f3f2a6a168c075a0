package dev.parley.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A PostgreSQL of the benchmark's own, started by the project's script. */
final class PostgreSql implements AutoCloseable {
  private final Path folder;
  private final int port;

  PostgreSql() throws IOException, InterruptedException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    folder =
        Files.createDirectories(Path.of("benchmarks", "target", "databases").toAbsolutePath())
            .resolve("postgresql-" + ProcessHandle.current().pid());
    run("start", folder.toString(), Integer.toString(port));
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
  }

  private static void run(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = Path.of("scripts", "postgresql").toAbsolutePath().toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
  }

  @Override
  public void close() {
    try {
      run("stop", folder.toString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
