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

/** Events of about 100 bytes from a server in another process on the same machine. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Streams {
  /** How many events are read at a time. */
  static final int BLOCK = 1000;

  @Param({"OKHTTP", "PARLEY", "PARLEY_HANDLER", "LAUNCHDARKLY"})
  private String client;

  private SseClient opened;

  @Setup
  public void open() throws Exception {
    opened = SseClient.Kind.valueOf(client).open(System.getProperty(ServerProcess.ADDRESS));
  }

  @TearDown
  public void close() {
    opened.close();
  }

  @Benchmark
  @OperationsPerInvocation(BLOCK)
  public long event() throws Exception {
    return opened.read(BLOCK);
  }
}
