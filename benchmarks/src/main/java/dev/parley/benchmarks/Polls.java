package dev.parley.benchmarks;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
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

/**
 * One quote from a server in another process: polled when it is there ({@code ready}), or published
 * while a long poll is held, and heard of by it ({@code held}).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Polls {
  @Param({"OKHTTP", "PARLEY"})
  private String client;

  @Param({"ready", "held"})
  private String what;

  private PollClient opened;
  private Socket socket;
  private OutputStream publishing;
  private boolean held;

  @Setup
  public void open() throws Exception {
    held = what.equals("held");
    String server = System.getProperty(ServerProcess.ADDRESS);
    opened = PollClient.Kind.valueOf(client).open(server, "/" + what);
    socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(server).getPort());
    socket.setTcpNoDelay(true);
    publishing = socket.getOutputStream();
    // Whoever has no cursor yet would not hear of a quote that is published before its first poll.
    TimeUnit.SECONDS.sleep(1);
    poll();
  }

  @TearDown
  public void close() throws Exception {
    opened.close();
    socket.close();
  }

  @Benchmark
  public long poll() throws Exception {
    if (held) {
      publishing.write('P');
    }
    return opened.next().number();
  }
}
