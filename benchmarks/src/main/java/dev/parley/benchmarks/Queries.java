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

/** A GraphQL query to a server in another process on the same machine. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Queries {
  @Param({"APOLLO", "PARLEY", "OKHTTP", "SPRING"})
  private String client;

  private QueryClient opened;

  @Setup
  public void open() throws Exception {
    opened = QueryClient.Kind.valueOf(client).open(System.getProperty(ServerProcess.ADDRESS));
    if (!opened.query("1").equals(QueryClient.Product.sample())) {
      throw new IllegalStateException(client + " does not read what the server says");
    }
  }

  @TearDown
  public void close() {
    opened.close();
  }

  @Benchmark
  public QueryClient.Product query() throws Exception {
    return opened.query("1");
  }
}
