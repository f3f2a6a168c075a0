package dev.parley.benchmarks;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A Kafka that is broker and controller, and forgets what is old. A process of its own. */
public final class KafkaServer {
  private static final int SEGMENT_BYTES = 64 << 20;

  private KafkaServer() {}

  /** Prints its port and serves until its standard input ends. */
  public static void main(String[] args) throws Exception {
    int port = ScriptedServer.freePort();
    String folder = ScriptedServer.folder("kafka").toString();
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .addDirectory(folder)
        .setMetadataLogDirectory(folder)
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .run();
    KafkaRaftServer server =
        new KafkaRaftServer(
            new KafkaConfig(options(folder, port, ScriptedServer.freePort()), false), Time.SYSTEM);
    server.startup();
    System.out.println(port);
    while (System.in.read() >= 0) {
      // whoever started it is still there
    }
    server.shutdown();
  }

  private static Map<String, Object> options(String folder, int port, int controller) {
    Map<String, Object> options = new HashMap<>();
    options.put("process.roles", "broker,controller");
    options.put("node.id", 1);
    options.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    options.put("controller.listener.names", "CONTROLLER");
    options.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller);
    options.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    options.put("log.dirs", folder);
    options.put("group.initial.rebalance.delay.ms", 0);
    for (String internal : List.of("offsets.topic", "transaction.state.log")) {
      options.put(internal + ".replication.factor", (short) 1);
      options.put(internal + ".num.partitions", 1);
    }
    options.put("log.segment.bytes", SEGMENT_BYTES);
    options.put("log.retention.bytes", 2L * SEGMENT_BYTES);
    options.put("log.retention.ms", 20_000L);
    options.put("log.retention.check.interval.ms", 2_000L);
    options.put("log.cleaner.dedupe.buffer.size", 8L << 20);
    return options;
  }
}
