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

/** Text over one WebSocket to a server in another process: there and back, and one way. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Sockets {
  private static final int BATCH = 1000;

  @Param({"TYRUS", "PARLEY", "OKHTTP", "JDK"})
  private String client;

  @Param({"64", "16384"})
  private int bytes;

  private SocketClient opened;
  private String echoed;
  private String swallowed;

  @Setup
  public void open() throws Exception {
    opened =
        SocketClient.Kind.valueOf(client)
            .open(System.getProperty(ServerProcess.ADDRESS).replace("http:", "ws:") + "/socket");
    echoed = "e".repeat(bytes);
    swallowed = "s".repeat(bytes);
    if (!echo().equals(echoed)) {
      throw new IllegalStateException(client + " does not bring back what it took");
    }
  }

  @TearDown
  public void close() throws Exception {
    opened.close();
  }

  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  public String echo() throws Exception {
    opened.send(echoed);
    return opened.receive();
  }

  /** A thousand messages, until the server has them all. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OperationsPerInvocation(BATCH)
  public String oneWay() throws Exception {
    for (int i = 1; i < BATCH; i++) {
      opened.send(swallowed);
    }
    opened.send("d");
    return opened.receive();
  }
}
