package dev.parley.rabbitmq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.tls.HeldCertificate;

/** A real broker of the tests' own, which {@code scripts/rabbitmq} starts, and gets if missing. */
final class Broker implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  /** Who signed its certificate. */
  static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).rsa2048().build();

  /** Beside guest there is alice, whose password is secret, and who may do what begins with her. */
  private static final String DEFINITIONS =
      """
      {"vhosts": [{"name": "/"}],
       "users": [{"name": "guest", "password": "guest", "tags": "administrator"},
                 {"name": "alice", "password": "secret", "tags": ""}],
       "permissions": [{"user": "guest", "vhost": "/",
                        "configure": ".*", "write": ".*", "read": ".*"},
                       {"user": "alice", "vhost": "/", "configure": "^alice.*",
                        "write": "^(alice|amq.default).*", "read": "^alice.*"}],
       "exchanges": [{"name": "bob", "vhost": "/", "type": "topic", "durable": true,
                      "auto_delete": false, "internal": false, "arguments": {}}],
       "queues": [{"name": "bob", "vhost": "/", "durable": true, "auto_delete": false,
                   "arguments": {}}]}
      """;

  private final Path folder;
  private volatile int port;
  private volatile int tlsPort;
  private boolean running;

  private Broker() throws IOException {
    folder =
        Files.createDirectories(
            Path.of(
                    "target",
                    "brokers",
                    ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet())
                .toAbsolutePath());
    HeldCertificate server =
        new HeldCertificate.Builder()
            .addSubjectAlternativeName("127.0.0.1")
            .signedBy(AUTHORITY)
            .rsa2048()
            .build();
    Files.writeString(folder.resolve("cert.pem"), server.certificatePem());
    Files.writeString(folder.resolve("key.pem"), server.privateKeyPkcs8Pem());
    Files.writeString(folder.resolve("definitions.json"), DEFINITIONS);
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  private static final class Shared {
    static final Broker BROKER = started();
  }

  /** Returns one for all tests that do not stop it: its start takes ten seconds. */
  static Broker shared() {
    return Shared.BROKER;
  }

  /** Starts one of its own. */
  static Broker started() {
    try {
      Broker made = new Broker();
      made.start();
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void configure() throws IOException {
    Files.writeString(
        folder.resolve("more.conf"),
        String.join(
            "\n",
            "load_definitions = " + folder.resolve("definitions.json"),
            "listeners.ssl.1 = 127.0.0.1:" + tlsPort,
            "ssl_options.certfile = " + folder.resolve("cert.pem"),
            "ssl_options.keyfile = " + folder.resolve("key.pem"),
            "ssl_options.verify = verify_none",
            ""));
  }

  int tlsPort() {
    return tlsPort;
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
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
        tlsPort = other.getLocalPort();
        configure();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (run("start", folder.toString(), Integer.toString(port))) {
        running = true;
        return;
      }
      if (attempt == 5) {
        throw new IllegalStateException("RabbitMQ does not start; see " + folder + "/log");
      }
    }
  }

  /** Stops it in order: it keeps its queues and messages. */
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
    while (!Files.exists(root.resolve("scripts/rabbitmq"))) {
      root = root.getParent();
    }
    String[] command = new String[arguments.length + 1];
    command[0] = root.resolve("scripts/rabbitmq").toString();
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
