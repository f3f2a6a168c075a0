package dev.parley.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** 1 KiB of JSON to a server in another process on the same machine, and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Rest {
  @Param({"OKHTTP", "PARLEY", "UNLIMITED", "RETROFIT", "FEIGN", "SPRING", "VERTX", "JDK"})
  private String client;

  private final Order order = Order.sample();
  private EchoClient opened;

  @Setup
  public void open() throws Exception {
    opened = EchoClient.Kind.valueOf(client).open(System.getProperty(ServerProcess.ADDRESS));
    if (!opened.echo(order).equals(order)) {
      throw new IllegalStateException(client + " does not bring back what it took");
    }
  }

  @TearDown
  public void close() {
    opened.close();
  }

  @Benchmark
  public Order echo() throws Exception {
    return opened.echo(order);
  }
}
