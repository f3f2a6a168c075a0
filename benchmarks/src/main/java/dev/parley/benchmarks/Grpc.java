package dev.parley.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
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

/** Protobuf messages over gRPC, to a server in another process on the same machine. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Grpc {
  private static final int BATCH = 200;

  @Param({"STUB", "PARLEY"})
  private String client;

  @Param({"64", "1024"})
  private int size;

  private BytesValue message;
  private GrpcClient opened;
  private Thread sender;

  @Setup
  public void open() throws Exception {
    message = BytesValue.of(ByteString.copyFrom(new byte[size]));
    opened = GrpcClient.open(client, Integer.getInteger(ServerProcess.ADDRESS), message);
  }

  @TearDown
  public void close() throws Exception {
    opened.close();
  }

  @Benchmark
  public BytesValue unary() throws Exception {
    return opened.call(message);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int stream() throws Exception {
    int bytes = 0;
    for (int i = 0; i < BATCH; i++) {
      bytes += opened.next().getValue().size();
    }
    return bytes;
  }

  /** Echoes come in as fast as another thread sends. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int bidi() throws Exception {
    if (sender == null) {
      opened.begin();
      sender = new Thread(this::send, "sender");
      sender.setDaemon(true);
      sender.start();
    }
    int bytes = 0;
    for (int i = 0; i < BATCH; i++) {
      bytes += opened.receive().getValue().size();
    }
    return bytes;
  }

  private void send() {
    try {
      while (true) {
        opened.send(message);
      }
    } catch (Exception e) {
      // It is over.
    }
  }
}
