package dev.parley.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the groups that are asked for and writes what it measured into RESULTS.md.
 *
 * <p>Machines are noisy, so nothing is measured once: in each round each client runs in a JVM of
 * its own, right after the other, and a ratio is taken within a round. What is reported is the
 * median of the rounds, with the lowest and the highest.
 */
public final class Main {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final int rounds;
  private final int warmupSeconds;
  private final int seconds;
  private final Report report;

  private Main(boolean full, Report report) {
    this.rounds = full ? 7 : 3;
    this.warmupSeconds = full ? 10 : 4;
    this.seconds = full ? 15 : 4;
    this.report = report;
  }

  /** Takes the file to write, {@code quick} or {@code full}, the commit, and the groups. */
  public static void main(String[] args) throws Exception {
    Report report = new Report(Path.of(args[0]), args[1], args[2]);
    Main main = new Main(args[1].equals("full"), report);
    for (String group : List.of(args).subList(3, args.length)) {
      report.begin(group);
      switch (group) {
        case "core" -> main.core();
        case "rest" -> main.rest();
        case "grpc" -> main.grpc();
        case "sse" -> main.sse();
        case "websocket" -> main.sockets();
        case "polling" -> main.polls();
        case "verify" -> main.verify();
        case "inbox" -> main.inbox();
        default ->
            throw new IllegalArgumentException(
                "the groups are core, rest, grpc, sse, websocket, polling, verify and inbox, not "
                    + group);
      }
      report.end();
    }
  }

  private void core() throws RunnerException, IOException {
    Map<String, List<Measured>> measured = new TreeMap<>();
    for (int round = 0; round < rounds; round++) {
      for (String each : List.of("blocking", "async", "asyncHandedOver")) {
        Measured one = run(1, new OptionsBuilder().include("Core." + each + "$"));
        measured.computeIfAbsent(each, key -> new ArrayList<>()).add(one);
        say(
            round,
            String.format(
                Locale.ROOT,
                "%s: %.0f ns, CPU %.0f ns, %.0f B",
                each,
                one.meanNanos(),
                one.cpuNanos(),
                one.bytes()));
      }
    }
    report.core(measured);
  }

  private void rest() throws RunnerException, IOException {
    try (ServerProcess server = new ServerProcess()) {
      for (int inFlight : new int[] {1, 16}) {
        Map<EchoClient.Kind, List<Measured>> measured = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
          for (EchoClient.Kind client : EchoClient.Kind.values()) {
            Measured one =
                run(
                    inFlight,
                    new OptionsBuilder()
                        .include("Rest.echo$")
                        .param("client", client.name())
                        .jvmArgsAppend("-D" + Rest.SERVER + "=" + server.address()));
            measured.computeIfAbsent(client, key -> new ArrayList<>()).add(one);
            say(
                round,
                String.format(
                    Locale.ROOT,
                    "%s, %d in flight: %.0f calls/s, p99 %.0f us, CPU %.1f us, %.0f B",
                    client.title,
                    inFlight,
                    one.perSecond(inFlight),
                    one.p99Micros(),
                    one.cpuMicros(),
                    one.bytes()));
          }
        }
        report.rest(inFlight, measured);
      }
    }
  }

  private void grpc() throws RunnerException, IOException {
    try (ServerProcess server = new ServerProcess(GrpcServer.class)) {
      Map<String, List<Measured>> measured = new LinkedHashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (String kind : List.of("unary", "stream", "bidi")) {
          for (String size : List.of("64", "1024")) {
            for (String client : List.of("STUB", "PARLEY")) {
              Measured one =
                  run(
                      1,
                      new OptionsBuilder()
                          .include("Grpc." + kind + "$")
                          .param("client", client)
                          .param("size", size)
                          .jvmArgsAppend("-D" + Grpc.SERVER + "=" + server.port()));
              String name = kind + ", " + size + " B, " + client;
              measured.computeIfAbsent(name, key -> new ArrayList<>()).add(one);
              say(
                  round,
                  String.format(
                      Locale.ROOT, "%s: %.0f/s, %.0f B", name, one.perSecond(1), one.bytes()));
            }
          }
        }
      }
      report.grpc(measured);
    }
  }

  private void sse() throws RunnerException, IOException {
    try (ServerProcess server = new ServerProcess(SseServer.class)) {
      Map<SseClient.Kind, List<Measured>> measured = new TreeMap<>();
      for (int round = 0; round < rounds; round++) {
        for (SseClient.Kind client : SseClient.Kind.values()) {
          Measured one =
              run(
                  1,
                  new OptionsBuilder()
                      .include("Streams.event$")
                      .param("client", client.name())
                      .jvmArgsAppend("-D" + Rest.SERVER + "=" + server.address()));
          measured.computeIfAbsent(client, key -> new ArrayList<>()).add(one);
          say(
              round,
              String.format(
                  Locale.ROOT,
                  "%s: %.0f events/s, CPU %.2f us, %.0f B",
                  client.title,
                  one.perSecond(1),
                  one.cpuMicros(),
                  one.bytes()));
        }
      }
      report.sse(measured);
    }
  }

  private void verify() throws RunnerException, IOException {
    for (String size : new String[] {"1024", "65536"}) {
      Map<Verify.Kind, List<Measured>> measured = new TreeMap<>();
      for (int round = 0; round < rounds; round++) {
        for (Verify.Kind kind : Verify.Kind.values()) {
          Measured one =
              run(
                  1,
                  new OptionsBuilder()
                      .include("Verify.verify$")
                      .param("kind", kind.name())
                      .param("size", size));
          measured.computeIfAbsent(kind, key -> new ArrayList<>()).add(one);
          say(
              round,
              String.format(
                  Locale.ROOT,
                  "%s, %s bytes: %.0f a second, %.0f B",
                  kind.title,
                  size,
                  one.perSecond(1),
                  one.bytes()));
        }
      }
      report.verify(size, measured);
    }
  }

  private void inbox() throws RunnerException, IOException, InterruptedException {
    try (PostgreSql postgresql = new PostgreSql()) {
      Map<String, List<Measured>> measured = new TreeMap<>();
      for (int round = 0; round < rounds; round++) {
        for (Inbound.Database database : Inbound.Database.values()) {
          for (int threads : new int[] {1, 16}) {
            Measured one =
                run(
                    threads,
                    new OptionsBuilder()
                        .include("Inbound.receive$")
                        .param("database", database.name())
                        .param("url", postgresql.url()));
            String name = database + ", " + threads + " at once";
            measured.computeIfAbsent(name, key -> new ArrayList<>()).add(one);
            say(
                round,
                String.format(
                    Locale.ROOT, "%s: %.0f deliveries a second", name, one.perSecond(threads)));
          }
        }
      }
      report.inbox(measured);
    }
  }

  private void sockets() throws RunnerException, IOException {
    try (ServerProcess server = new ServerProcess()) {
      for (String what : List.of("oneWay", "echo")) {
        for (int bytes : new int[] {64, 16384}) {
          Map<SocketClient.Kind, List<Measured>> measured = new TreeMap<>();
          for (int round = 0; round < rounds; round++) {
            for (SocketClient.Kind client : SocketClient.Kind.values()) {
              Measured one =
                  run(
                      1,
                      new OptionsBuilder()
                          .include("Sockets." + what + "$")
                          .param("client", client.name())
                          .param("bytes", Integer.toString(bytes))
                          .jvmArgsAppend("-D" + Rest.SERVER + "=" + server.address()));
              measured.computeIfAbsent(client, key -> new ArrayList<>()).add(one);
              say(
                  round,
                  String.format(
                      Locale.ROOT,
                      "%s, %s of %d bytes: %.0f/s, p99 %.0f us, CPU %.1f us, %.0f B",
                      client.title,
                      what,
                      bytes,
                      one.perSecond(1),
                      one.p99Micros(),
                      one.cpuMicros(),
                      one.bytes()));
            }
          }
          report.sockets(what, bytes, measured);
        }
      }
    }
  }

  private void polls() throws RunnerException, IOException {
    try (ServerProcess server = new ServerProcess(PollServer.class)) {
      for (String what : List.of("ready", "held")) {
        Map<PollClient.Kind, List<Measured>> measured = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
          for (PollClient.Kind client : PollClient.Kind.values()) {
            Measured one =
                run(
                    1,
                    new OptionsBuilder()
                        .include("Polls.poll$")
                        .param("client", client.name())
                        .param("what", what)
                        .jvmArgsAppend("-D" + Rest.SERVER + "=" + server.address()));
            measured.computeIfAbsent(client, key -> new ArrayList<>()).add(one);
            say(
                round,
                String.format(
                    Locale.ROOT,
                    "%s, %s: %.0f/s, p99 %.0f us, CPU %.1f us, %.0f B",
                    client.title,
                    what,
                    one.perSecond(1),
                    one.p99Micros(),
                    one.cpuMicros(),
                    one.bytes()));
          }
        }
        report.polls(what, measured);
      }
    }
  }

  private Measured run(int threads, ChainedOptionsBuilder options) throws RunnerException {
    options
        .forks(1)
        .threads(threads)
        .warmupIterations(2)
        .warmupTime(TimeValue.milliseconds(warmupSeconds * 500L))
        .measurementIterations(2)
        .measurementTime(TimeValue.milliseconds(seconds * 500L))
        .timeUnit(TimeUnit.NANOSECONDS)
        .jvmArgsPrepend(
            "-Xms512m", "-Xmx512m", "-XX:+UseG1GC", "--enable-native-access=ALL-UNNAMED")
        .addProfiler(GCProfiler.class)
        .addProfiler(CpuProfiler.class)
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    RunResult result = new Runner(options.build()).runSingle();
    Result<?> time = result.getPrimaryResult();
    return new Measured(
        time.getStatistics().getMean(),
        time.getStatistics().getPercentile(99),
        result.getSecondaryResults().get(CpuProfiler.CPU).getScore(),
        result.getSecondaryResults().get(ALLOCATED).getScore());
  }

  private static void say(int round, String what) {
    System.out.println("round " + (round + 1) + ", " + what);
  }

  /** What one JVM measured: time that passed, processor time, and bytes of one call. */
  record Measured(double meanNanos, double p99Nanos, double cpuNanos, double bytes) {
    /** Returns the throughput of a closed loop. */
    double perSecond(int inFlight) {
      return inFlight * 1e9 / meanNanos;
    }

    double p99Micros() {
      return p99Nanos / 1e3;
    }

    double cpuMicros() {
      return cpuNanos / 1e3;
    }
  }
}
