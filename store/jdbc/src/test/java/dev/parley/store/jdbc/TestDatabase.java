package dev.parley.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A real database server of the tests' own, which a script of the project starts, and installs if
 * it is missing. It is stopped with the JVM.
 */
final class TestDatabase {
  private static final Map<String, TestDatabase> RUNNING = new ConcurrentHashMap<>();

  private final String script;
  private final Path folder;
  private final int port;

  private TestDatabase(String script) {
    try {
      this.script = script;
      this.port = freePort();
      this.folder =
          Files.createDirectories(Path.of("target", "databases").toAbsolutePath())
              .resolve(script + "-" + ProcessHandle.current().pid());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns a port that nobody listens on, below those that the system gives to clients and to
   * whoever asks for any: it stays free until the server is there, and while it is down.
   */
  private static int freePort() {
    for (int tries = 0; tries < 1_000; tries++) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (IOException taken) {
        // Another one, then.
      }
    }
    throw new IllegalStateException("no port is free");
  }

  static TestDatabase postgresql() {
    return running("postgresql");
  }

  static TestDatabase mariadb() {
    return running("mariadb");
  }

  private static TestDatabase running(String script) {
    return RUNNING.computeIfAbsent(
        script,
        each -> {
          TestDatabase made = new TestDatabase(each);
          made.start();
          Runtime.getRuntime().addShutdownHook(new Thread(made::stop));
          return made;
        });
  }

  void start() {
    run("start", folder.toString(), Integer.toString(port));
  }

  void stop() {
    run("stop", folder.toString());
  }

  /** Ends it as a crash does. */
  void crash() {
    run("stop", folder.toString(), "immediate");
  }

  int port() {
    return port;
  }

  String url(int throughPort) {
    String host = "127.0.0.1:" + throughPort;
    return script.equals("postgresql")
        ? "jdbc:postgresql://" + host + "/postgres?user=postgres&socketTimeout=20&connectTimeout=5"
        : "jdbc:mariadb://"
            + host
            + "/parley?user=parley&password=parley&socketTimeout=20000&connectTimeout=5000";
  }

  /** Returns a pool of connections that go through this port: the server's, or a proxy's. */
  HikariDataSource pool(int throughPort) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url(throughPort));
    config.setMaximumPoolSize(10);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(10_000);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  @Override
  public String toString() {
    return script;
  }

  private void run(String... arguments) {
    Path scripts = Path.of("").toAbsolutePath();
    while (!Files.exists(scripts.resolve("scripts").resolve(script))) {
      scripts = scripts.getParent();
    }
    String[] command = new String[arguments.length + 1];
    command[0] = scripts.resolve("scripts").resolve(script).toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(
                      folder.resolveSibling(folder.getFileName() + ".script").toFile()))
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(
            String.join(" ", command) + " failed; see " + folder + ".script and .log");
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
