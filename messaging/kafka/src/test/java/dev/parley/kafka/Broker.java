package dev.parley.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.testkit.fault.FaultProxy;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * A real broker in this JVM, one for all tests. It listens four times: directly, behind a {@link
 * FaultProxy} whose port it advertises, with SASL/PLAIN, and as the controller. Its threads are in
 * a group of their own.
 */
final class Broker {
  static final String USER = "shop";
  static final String PASSWORD = "right \"quoted\" password";

  private static final int STARTS = 5;
  private static final ThreadGroup THREADS = new ThreadGroup("kafka-broker");
  private static @Nullable Broker shared;

  private final Path directory;
  private final FaultProxy proxy;
  private final int controller;
  private final int direct;
  private final int behind;
  private final int sasl;
  private final Admin admin;
  private KafkaRaftServer server;

  private Broker() throws Exception {
    directory = Files.createTempDirectory("parley-kafka");
    controller = freePort();
    direct = freePort();
    behind = freePort();
    sasl = freePort();
    proxy = FaultProxy.to(behind);
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .addDirectory(directory.toString())
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setIgnoreFormatted(true)
        .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8))
        .run();
    try {
      server = started();
    } catch (Exception e) {
      proxy.close();
      throw e;
    }
    admin = Admin.create(Map.of("bootstrap.servers", direct()));
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
  }

  /** Returns the one of this JVM. */
  static synchronized Broker shared() {
    Broker made = shared;
    for (int left = STARTS; made == null; left--) {
      try {
        made = new Broker();
      } catch (Exception e) {
        if (left == 1) { // somebody may have taken a port
          throw new IllegalStateException("the broker does not start", e);
        }
      }
    }
    shared = made;
    return made;
  }

  // Not of those that connections get: one of them could keep a restart from its port.
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (ServerSocket probe = new ServerSocket()) {
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (java.net.BindException e) {
        // Another one.
      }
    }
  }

  private KafkaRaftServer started() throws Exception {
    KafkaRaftServer starting = new KafkaRaftServer(new KafkaConfig(options(), false), Time.SYSTEM);
    Throwable[] failure = new Throwable[1];
    Thread starter =
        new Thread(
            THREADS,
            () -> {
              try {
                starting.startup();
              } catch (Throwable e) {
                failure[0] = e;
              }
            });
    starter.start();
    starter.join();
    if (failure[0] != null) {
      throw new IllegalStateException(failure[0]);
    }
    return starting;
  }

  private Map<String, Object> options() {
    Map<String, Object> options = new HashMap<>();
    options.put("process.roles", "broker,controller");
    options.put("node.id", "1");
    options.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    options.put("controller.listener.names", "CONTROLLER");
    options.put("inter.broker.listener.name", "DIRECT");
    options.put(
        "listeners",
        "DIRECT://127.0.0.1:%d,PROXIED://127.0.0.1:%d,SASL://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
            .formatted(direct, behind, sasl, controller));
    options.put(
        "advertised.listeners",
        "DIRECT://127.0.0.1:%d,PROXIED://127.0.0.1:%d,SASL://127.0.0.1:%d"
            .formatted(direct, proxy.port(), sasl));
    options.put(
        "listener.security.protocol.map",
        "DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,SASL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
    options.put("sasl.enabled.mechanisms", "PLAIN");
    options.put(
        "listener.name.sasl.plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=\"%s\";"
            .formatted(USER, PASSWORD.replace("\"", "\\\"")));
    options.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    options.put("super.users", "User:ANONYMOUS");
    options.put("log.dirs", directory.toString());
    options.put("auto.create.topics.enable", "false");
    options.put("message.max.bytes", "400000");
    options.put("num.partitions", "1");
    options.put("group.initial.rebalance.delay.ms", "0");
    options.put("group.min.session.timeout.ms", "1000");
    for (String internal :
        List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
      options.put(internal + ".replication.factor", "1");
      options.put(internal + ".num.partitions", "1");
    }
    options.put("transaction.state.log.min.isr", "1");
    options.put("share.coordinator.state.topic.min.isr", "1");
    return options;
  }

  /** Returns the address past the proxy. */
  String direct() {
    return "127.0.0.1:" + direct;
  }

  /** Returns the address by way of the proxy. */
  String proxied() {
    return "127.0.0.1:" + proxy.port();
  }

  /** Returns the address that asks for {@link #USER} and {@link #PASSWORD}, who may do nothing. */
  String sasl() {
    return "127.0.0.1:" + sasl;
  }

  FaultProxy proxy() {
    return proxy;
  }

  Admin admin() {
    return admin;
  }

  static boolean isOwnThread(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group == null
        || THREADS.parentOf(group)
        || thread.getName().startsWith("kafka-admin-client")
        || thread.getName().startsWith("parley-fault-proxy");
  }

  void create(String topic, int partitions) throws InterruptedException, ExecutionException {
    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
  }

  /** Stops it and starts it again on the same ports, with all it had. */
  void restart() throws Exception {
    server.shutdown();
    server.awaitShutdown();
    server = started();
  }

  private void stop() {
    try {
      server.shutdown();
      server.awaitShutdown();
      try (var files = Files.walk(directory)) {
        files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    } catch (IOException | RuntimeException e) {
      // The JVM ends anyway.
    }
  }
}
