package dev.parley.benchmarks;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Reply;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The pipeline alone: deadline, retry, attempt timeout and all, around a driver that does nothing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Core {
  private static final Operation<String, String> GET =
      Operation.of("get", String.class, String.class).with(Idempotency.SAFE);

  private Parley parley;
  private CallChannel inline;
  private CallChannel handedOver;

  @Setup
  public void open() {
    parley = Parley.builder().provider(new NoOpProvider()).build();
    inline = parley.open("noop://peer", CallChannel.class);
    handedOver = parley.open("noop-io://peer", CallChannel.class);
  }

  @TearDown
  public void close() {
    parley.close();
  }

  /** On the caller's thread. */
  @Benchmark
  public String blocking() {
    return inline.call(GET, "request");
  }

  /** A future, completed by the driver on a thread that may run the user's code. */
  @Benchmark
  public Reply<String> async() {
    return inline.newCall(GET, "request", CallOptions.DEFAULT).submit().join();
  }

  /** A future, completed by the driver on an I/O thread, so handed over to a worker. */
  @Benchmark
  public Reply<String> asyncHandedOver() {
    return handedOver.newCall(GET, "request", CallOptions.DEFAULT).submit().join();
  }
}
