package dev.parley.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A server, such as {@link Server}, in a JVM of its own, so that what it allocates is not ascribed
 * to a client.
 */
final class ServerProcess implements LocalServer {
  /** The system property that tells a benchmark's JVM where the server is. */
  static final String ADDRESS = "parley.benchmarks.server";

  // What the clients have, and what only a server needs.
  private static final String CLASS_PATH = "parley.benchmarks.servers";

  private final Process process;
  private final int port;

  ServerProcess() throws IOException {
    this(Server.class);
  }

  ServerProcess(Class<?> server) throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty(CLASS_PATH),
                server.getName())
            .redirectError(Redirect.INHERIT)
            .start();
    String line =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (line == null) {
      throw new IOException("the server ended before it told its port");
    }
    port = Integer.parseInt(line);
  }

  @Override
  public int port() {
    return port;
  }

  String address() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
