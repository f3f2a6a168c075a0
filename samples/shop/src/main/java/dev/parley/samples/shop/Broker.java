package dev.parley.samples.shop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Mosquitto of the demo's own, by {@code scripts/mosquitto}, which installs it where it is
 * missing and may.
 *
 * <p><b>Threads:</b> one thread starts, stops and closes it.
 */
final class Broker implements AutoCloseable {
  private static final int ATTEMPTS = 5;

  private final Path folder;
  private int port;
  private boolean isRunning;

  private Broker(Path folder) {
    this.folder = folder;
  }

  /** Starts one. */
  static Broker open() throws IOException, InterruptedException {
    Broker broker = new Broker(Files.createTempDirectory("parley-shop-broker-"));
    broker.start();
    return broker;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Starts it with what it had, on another port: somebody may have taken the old one meanwhile. */
  void start() throws IOException, InterruptedException {
    for (int attempt = 1; !isRunning; attempt++) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      isRunning = run("start", folder.toString(), Integer.toString(port)) == 0;
      if (!isRunning && attempt == ATTEMPTS) {
        throw new IOException(
            "Mosquitto does not start; install it, or name a broker in SHOP_BROKER, such as"
                + " mqtt://localhost:1883?clientId={consumer}; see "
                + folder);
      }
    }
  }

  /** Stops it in order: it keeps its sessions and messages. */
  void stop() throws IOException, InterruptedException {
    if (isRunning) {
      isRunning = false;
      int unusedSinceItIsGoneAnyway = run("stop", folder.toString(), "TERM");
    }
  }

  @Override
  public void close() throws IOException {
    try {
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Street.delete(folder);
  }

  private int run(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(Stream.of(script().toString()), Stream.of(arguments)).toList();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("script.log").toFile()))
            .start();
    process.getOutputStream().close();
    return process.waitFor();
  }

  private static Path script() throws IOException {
    Path own;
    try {
      own = Path.of(Broker.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    for (Path folder = own; folder != null; folder = folder.getParent()) {
      Path script = folder.resolve("scripts").resolve("mosquitto");
      if (Files.exists(script)) {
        return script;
      }
    }
    throw new IOException("there is no scripts/mosquitto above " + own);
  }
}
