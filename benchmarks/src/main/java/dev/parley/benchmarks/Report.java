package dev.parley.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** RESULTS.md: one section for each group, which stays as it is until that group runs again. */
final class Report {
  private static final String INTRODUCTION =
      """
      # Results

      Written by `benchmarks/run`; not by hand. Figures are medians of the rounds, in brackets the lowest and the
      highest. A ratio is taken within a round, between two JVMs that ran shortly after each other, and holds on a busy
      machine better than times do; processor time, of all threads of the client's JVM, better still; bytes hold on any.
      """;

  private final Path file;
  private final String mode;
  private final String commit;
  private String group = "";
  private final StringBuilder section = new StringBuilder();

  Report(Path file, String mode, String commit) {
    this.file = file;
    this.mode = mode;
    this.commit = commit;
  }

  void begin(String newGroup) throws IOException {
    group = newGroup;
    section.setLength(0);
    line("## " + group);
    line("");
    line("| | |");
    line("|---|---|");
    line("| date | " + Instant.now().truncatedTo(ChronoUnit.MINUTES) + " |");
    line("| commit | " + commit + " |");
    line("| JDK | " + System.getProperty("java.vm.name") + " " + Runtime.version() + " |");
    line(
        "| machine | "
            + processor()
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " cores |");
    line("| mode | " + mode + " |");
    line("| load average at the start | " + load() + " |");
  }

  void end() throws IOException {
    int place = section.indexOf("\n\n", section.indexOf("| load average"));
    section.insert(
        place, "\n| load average at the end, with the benchmark's own | " + load() + " |");
    Map<String, String> sections = new TreeMap<>();
    if (Files.exists(file)) {
      Stream.of(Files.readString(file).split("(?m)^## "))
          .skip(1)
          .forEach(each -> {
            sections.put(each.substring(0, each.indexOf('\n')), "## " + each.strip() + "\n");
          });
    }
    sections.put(group, section.toString().strip() + "\n");
    Files.writeString(file, INTRODUCTION + "\n" + String.join("\n", sections.values()));
    System.out.println(section);
  }

  void core(Map<String, List<Main.Measured>> measured) {
    line("");
    line(
        "The pipeline around a driver that does nothing: deadline, retry, attempt timeout,"
            + " budget.");
    line("");
    line("| | ns a call | CPU ns a call | B a call | to reach |");
    line("|---|---|---|---|---|");
    measured.forEach((name, runs) ->
        line(
            "| "
                + name
                + " | "
                + spread(runs, "%.0f", Main.Measured::meanNanos)
                + " | "
                + spread(runs, "%.0f", Main.Measured::cpuNanos)
                + " | "
                + spread(runs, "%.0f", Main.Measured::bytes)
                + " | "
                + switch (name) {
                  case "async" -> "600 ns, 250 B";
                  case "blocking" -> "150 B";
                  default -> "";
                }
                + " |"));
  }

  void rest(int inFlight, Map<EchoClient.Kind, List<Main.Measured>> measured) {
    List<Main.Measured> raw = measured.get(EchoClient.Kind.OKHTTP);
    line("");
    line("### " + inFlight + " in flight");
    line("");
    line(
        "POST of 1 KiB of JSON and the same back, blocking. To reach, for Parley: throughput at"
            + " least 0.97 of raw OkHttp's, p99 at most 1.10 of it, at most 600 B above it"
            + (inFlight > 1 ? ", 10,000 calls a second." : "."));
    line("");
    line(
        "| client | calls/s | throughput to OkHttp's | p99 µs | p99 to OkHttp's | CPU µs a call |"
            + " CPU to OkHttp's | B a call | B above OkHttp's |");
    line("|---|---|---|---|---|---|---|---|---|");
    measured.forEach((client, runs) ->
        line(
            "| "
                + String.join(
                    " | ",
                    client.title,
                    spread(runs, "%.0f", run -> run.perSecond(inFlight)),
                    paired(runs, raw, "%.3f", (one, base) -> base.meanNanos() / one.meanNanos()),
                    spread(runs, "%.0f", Main.Measured::p99Micros),
                    paired(runs, raw, "%.2f", (one, base) -> one.p99Nanos() / base.p99Nanos()),
                    spread(runs, "%.1f", Main.Measured::cpuMicros),
                    paired(runs, raw, "%.3f", (one, base) -> one.cpuNanos() / base.cpuNanos()),
                    spread(runs, "%.0f", Main.Measured::bytes),
                    paired(runs, raw, "%.0f", (one, base) -> one.bytes() - base.bytes()))
                + " |"));
  }

  void grpc(Map<String, List<Main.Measured>> measured) {
    line("");
    line(
        "Protobuf messages of one client thread, blocking, beside what the blocking stub of"
            + " grpc-java (version 2) does; a stream is read, and a bidirectional one echoes what"
            + " another thread sends. To reach, for Parley: unary at least 0.97 of the stub and at"
            + " most 400 B above it; 100,000 messages a second on one bidirectional stream.");
    line("");
    line(
        "| method, message, client | calls or messages/s | to the stub | p99 µs | CPU µs each |"
            + " CPU to the stub | B each | B above the stub |");
    line("|---|---|---|---|---|---|---|---|");
    measured.forEach((name, runs) -> {
      List<Main.Measured> raw = measured.get(name.replace("PARLEY", "STUB"));
      line(
          "| "
              + String.join(
                  " | ",
                  name.replace("STUB", "stub").replace("PARLEY", "Parley"),
                  spread(runs, "%.0f", run -> run.perSecond(1)),
                  paired(runs, raw, "%.3f", (one, base) -> base.meanNanos() / one.meanNanos()),
                  spread(runs, "%.1f", Main.Measured::p99Micros),
                  spread(runs, "%.1f", Main.Measured::cpuMicros),
                  paired(runs, raw, "%.3f", (one, base) -> one.cpuNanos() / base.cpuNanos()),
                  spread(runs, "%.0f", Main.Measured::bytes),
                  paired(runs, raw, "%.0f", (one, base) -> one.bytes() - base.bytes()))
              + " |");
    });
  }

  void sse(Map<SseClient.Kind, List<Main.Measured>> measured) {
    List<Main.Measured> raw = measured.get(SseClient.Kind.OKHTTP);
    line("");
    line(
        "Events of about 100 bytes with id and type, one stream, data as text. To reach, for Parley: at"
            + " least 0.95 of the events a second of raw okhttp-sse.");
    line("");
    line(
        "| client | events/s | to okhttp-sse's | CPU µs an event | CPU to okhttp-sse's |"
            + " B an event |");
    line("|---|---|---|---|---|---|");
    measured.forEach((client, runs) ->
        line(
            "| "
                + String.join(
                    " | ",
                    client.title,
                    spread(runs, "%.0f", run -> run.perSecond(1)),
                    paired(runs, raw, "%.3f", (one, base) -> base.meanNanos() / one.meanNanos()),
                    spread(runs, "%.2f", Main.Measured::cpuMicros),
                    paired(runs, raw, "%.3f", (one, base) -> one.cpuNanos() / base.cpuNanos()),
                    spread(runs, "%.0f", Main.Measured::bytes))
                + " |"));
  }

  void verify(String size, Map<Verify.Kind, List<Main.Measured>> measured) {
    List<Main.Measured> mac = measured.get(Verify.Kind.MAC);
    line("");
    line("### Bodies of " + size + " bytes");
    line("");
    line(
        "One thread. To reach, for Parley"
            + (size.equals("65536") ? ": at least 0.9 of the bare MAC." : ": nothing is set."));
    line("");
    line("| | verifications/s | to the bare MAC's | CPU µs | B |");
    line("|---|---|---|---|---|");
    measured.forEach((kind, runs) ->
        line(
            "| "
                + String.join(
                    " | ",
                    kind.title,
                    spread(runs, "%.0f", run -> run.perSecond(1)),
                    paired(runs, mac, "%.3f", (one, base) -> base.meanNanos() / one.meanNanos()),
                    spread(runs, "%.1f", Main.Measured::cpuMicros),
                    spread(runs, "%.0f", Main.Measured::bytes))
                + " |"));
  }

  void inbox(Map<String, List<Main.Measured>> measured) {
    line("");
    line(
        "Webhooks of 1 KiB in Stripe's scheme: signed, verified, stored before the answer, and beside that handed"
            + " to a handler and acknowledged; without HTTP.");
    line("");
    line("| | deliveries/s | p99 ms | CPU µs a delivery |");
    line("|---|---|---|---|");
    measured.forEach((name, runs) -> {
      int threads = Integer.parseInt(name.replaceAll(".* ([0-9]+) at once", "$1"));
      line(
          "| "
              + String.join(
                  " | ",
                  name,
                  spread(runs, "%.0f", run -> run.perSecond(threads)),
                  spread(runs, "%.1f", run -> run.p99Micros() / 1e3),
                  spread(runs, "%.0f", Main.Measured::cpuMicros))
              + " |");
    });
  }

  void sockets(String what, int bytes, Map<SocketClient.Kind, List<Main.Measured>> measured) {
    List<Main.Measured> raw = measured.get(SocketClient.Kind.TYRUS);
    boolean oneWay = what.equals("oneWay");
    line("");
    line("### " + (oneWay ? "One way" : "There and back") + ", " + bytes + " bytes of text");
    line("");
    line(
        oneWay
            ? "A thousand messages, until the server has them all. To reach: 0.95 of raw Tyrus, 50,000 a second at 64 bytes."
            : "One after the other. To reach: 0.95 of raw Tyrus, at most 1 ms more at p99.");
    line("");
    line("| client | messages/s | to Tyrus's | p99 µs | CPU µs a message | B a message |");
    line("|---|---|---|---|---|---|");
    measured.forEach((client, runs) ->
        line(
            "| "
                + String.join(
                    " | ",
                    client.title,
                    spread(runs, "%.0f", run -> run.perSecond(1)),
                    paired(runs, raw, "%.3f", (one, base) -> base.meanNanos() / one.meanNanos()),
                    oneWay ? "" : spread(runs, "%.0f", Main.Measured::p99Micros),
                    spread(runs, "%.1f", Main.Measured::cpuMicros),
                    spread(runs, "%.0f", Main.Measured::bytes))
                + " |"));
  }

  void polls(String what, Map<PollClient.Kind, List<Main.Measured>> measured) {
    List<Main.Measured> raw = measured.get(PollClient.Kind.OKHTTP);
    boolean held = what.equals("held");
    line("");
    line("### " + (held ? "Published while a long poll is held" : "Polled, with news each time"));
    line("");
    line(
        (held
                ? "From the publishing of a quote to its arrival, one after the other."
                : "One quote an answer, asked again at once.")
            + " To reach: 0.95 of raw OkHttp, at most 1 ms more at p99.");
    line("");
    line("| client | quotes/s | to OkHttp's | p99 µs | CPU µs a quote | B a quote |");
    line("|---|---|---|---|---|---|");
    measured.forEach((client, runs) ->
        line(
            "| "
                + String.join(
                    " | ",
                    client.title,
                    spread(runs, "%.0f", run -> run.perSecond(1)),
                    paired(runs, raw, "%.3f", (one, base) -> base.meanNanos() / one.meanNanos()),
                    spread(runs, "%.0f", Main.Measured::p99Micros),
                    spread(runs, "%.1f", Main.Measured::cpuMicros),
                    spread(runs, "%.0f", Main.Measured::bytes))
                + " |"));
  }

  private static String spread(
      List<Main.Measured> runs, String format, ToDoubleFunction<Main.Measured> figure) {
    return spread(format, runs.stream().mapToDouble(figure).toArray());
  }

  private static String paired(
      List<Main.Measured> runs,
      List<Main.Measured> bases,
      String format,
      ToDoubleBiFunction<Main.Measured, Main.Measured> figure) {
    double[] figures = new double[runs.size()];
    for (int i = 0; i < figures.length; i++) {
      figures[i] = figure.applyAsDouble(runs.get(i), bases.get(i));
    }
    return spread(format, figures);
  }

  private static String spread(String format, double[] figures) {
    Arrays.sort(figures);
    double median = (figures[figures.length / 2] + figures[(figures.length - 1) / 2]) / 2;
    return String.format(
        Locale.ROOT,
        format + " [" + format + ", " + format + "]",
        median,
        figures[0],
        figures[figures.length - 1]);
  }

  private static String load() {
    return String.format(
        Locale.ROOT, "%.1f", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    String unnamed = System.getProperty("os.arch");
    if (!Files.exists(info)) {
      return unnamed;
    }
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(unnamed);
    }
  }

  private void line(String text) {
    section.append(text).append('\n');
  }
}
