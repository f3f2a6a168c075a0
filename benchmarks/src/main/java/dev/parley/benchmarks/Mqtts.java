package dev.parley.benchmarks;

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

/** Messages of QoS 1 by way of a Mosquitto in another process on the same machine. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Mqtts {
  /** How many messages are under way at a time. */
  static final int BLOCK = 500;

  @Param({"HIVEMQ", "PARLEY"})
  private String client;

  @Param({"64", "1024"})
  private int bytes;

  @Param({"false", "true"})
  private boolean consumes;

  private MqttClient opened;

  @Setup
  public void open() throws Exception {
    int port = Integer.getInteger(ServerProcess.ADDRESS);
    opened = MqttClient.Kind.valueOf(client).open(port, new byte[bytes], consumes);
  }

  @TearDown
  public void close() throws Exception {
    opened.close();
  }

  /** Publishes, until all are acknowledged, and if it consumes until all have come and are so. */
  @Benchmark
  @OperationsPerInvocation(BLOCK)
  public void message() throws Exception {
    opened.send(BLOCK);
  }
}
