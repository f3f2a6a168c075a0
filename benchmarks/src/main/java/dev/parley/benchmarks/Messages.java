package dev.parley.benchmarks;

import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Messages by way of a broker in another process on the same machine. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Messages {
  /** How many messages are under way at a time. */
  static final int BLOCK = 500;

  @Param({"MQTT", "RABBITMQ", "KAFKA"})
  private String broker;

  @Param({"RAW", "PARLEY"})
  private String client;

  @Param({"64", "1024"})
  private int bytes;

  @Param({"false", "true"})
  private boolean consumes;

  private MessageClient opened;

  @Setup
  public void open() throws Exception {
    Broker server = Broker.valueOf(broker);
    int port = Integer.getInteger(ServerProcess.ADDRESS);
    String topic = UUID.randomUUID().toString();
    server.create(port, topic);
    opened = MessageClient.Kind.valueOf(client).open(server, port, topic, new byte[bytes]);
    if (consumes) {
      opened.consume();
    }
    message(); // so that all connections are made
  }

  @TearDown
  public void close() throws Exception {
    opened.close();
  }

  /** Publishes, until all are acknowledged, and if it consumes until all have come and are so. */
  @Benchmark
  @OperationsPerInvocation(BLOCK)
  public void message() throws Exception {
    opened.publish(BLOCK);
    if (consumes) {
      opened.awaitConsumed(BLOCK);
    }
  }
}
