package dev.parley.store.jdbc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A program in a JVM of its own, that is killed and started again. */
final class ChildNode implements AutoCloseable {
  private final Path errors;
  private final Class<?> program;
  private final List<String> arguments;
  private final HttpClient client = HttpClient.newHttpClient();
  private @Nullable Process process;
  private volatile int port = 1; // nobody listens there

  /**
   * Creates one that does not run yet.
   *
   * @param program has a main method, which prints its port, or 1, once it is at work
   */
  ChildNode(Path errors, Class<?> program, String... arguments) {
    this.errors = errors;
    this.program = program;
    this.arguments = List.of(arguments);
  }

  int port() {
    return port;
  }

  void start() throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED", // SQLite's
                "-Dorg.sqlite.tmpdir=" + errors.toAbsolutePath().getParent(),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(arguments);
    process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = output.readLine();
    if (line == null) {
      throw new IllegalStateException("the child did not start: " + Files.readString(errors));
    }
    port = Integer.parseInt(line);
  }

  /** Returns what has had its effect. */
  Set<String> effects() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/effects");
    return client
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body()
        .lines()
        .collect(Collectors.toSet());
  }

  /** Ends it as {@code kill -9} does. */
  void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().waitFor();
      port = 1;
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
