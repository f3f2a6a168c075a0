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
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An {@link InboxNode} in a JVM of its own, that is killed and started again. */
final class ChildNode implements AutoCloseable {
  private final Path errors;
  private final String database;
  private final String name;
  private final HttpClient client = HttpClient.newHttpClient();
  private @Nullable Process process;
  private volatile int port = 1; // nobody listens there

  ChildNode(String database, String name, Path errors) {
    this.errors = errors;
    this.database = database;
    this.name = name;
  }

  int port() {
    return port;
  }

  void start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED", // SQLite's
                "-Dorg.sqlite.tmpdir=" + errors.toAbsolutePath().getParent(),
                "-cp",
                System.getProperty("java.class.path"),
                InboxNode.class.getName(),
                database,
                name)
            .redirectError(errors.toFile())
            .start();
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
