package dev.parley.mqtt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A real broker of the tests' own, which {@code scripts/mosquitto} starts, and gets if missing. */
final class Mosquitto implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Path folder;
  private volatile int port;
  private boolean running;

  private Mosquitto(String configuration) throws IOException {
    folder =
        Files.createDirectories(
            Path.of(
                    "target",
                    "brokers",
                    ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet())
                .toAbsolutePath());
    if (!configuration.isEmpty()) {
      Files.writeString(folder.resolve("more.conf"), configuration);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  private static final class Shared {
    static final Mosquitto BROKER = of("");
  }

  /** Returns one that takes everybody, for all tests that do not stop it. */
  static Mosquitto shared() {
    return Shared.BROKER;
  }

  /** Starts one of its own; its configuration says who is let in, empty for everybody. */
  static Mosquitto of(String configuration) {
    try {
      Mosquitto made = new Mosquitto(configuration);
      made.start();
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path folder() {
    return folder;
  }

  int port() {
    return port;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Starts it, on another port than before: somebody may have taken that meanwhile. */
  synchronized void start() {
    for (int attempt = 1; ; attempt++) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (run("start", folder.toString(), Integer.toString(port))) {
        running = true;
        return;
      }
      if (attempt == 5) {
        throw new IllegalStateException("Mosquitto does not start; see " + folder + "/log");
      }
    }
  }

  /** Stops it in order: it keeps its sessions and messages. */
  synchronized void stop() {
    end("TERM");
  }

  private void end(String signal) {
    if (running) {
      running = false;
      run("stop", folder.toString(), signal);
    }
  }

  @Override
  public synchronized void close() {
    end("KILL");
  }

  private boolean run(String... arguments) {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("scripts/mosquitto"))) {
      root = root.getParent();
    }
    String[] command = new String[arguments.length + 1];
    command[0] = root.resolve("scripts/mosquitto").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("script.log").toFile()))
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
