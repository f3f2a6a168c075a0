package dev.parley.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server of the benchmark's own, started and stopped by the project's script of its name. */
final class ScriptedServer implements LocalServer {
  private final Path script;
  private final Path folder;
  private final int port;

  ScriptedServer(String name) throws IOException, InterruptedException {
    script = Path.of("scripts", name).toAbsolutePath();
    port = freePort();
    folder = folder(name);
    run("start", folder.toString(), Integer.toString(port));
  }

  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** Returns where a server of this name that this process starts, or is, keeps what it has. */
  static Path folder(String name) throws IOException {
    return Files.createDirectories(Path.of("benchmarks", "target", "servers").toAbsolutePath())
        .resolve(name + "-" + ProcessHandle.current().pid());
  }

  @Override
  public int port() {
    return port;
  }

  private void run(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = script.toString();
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
