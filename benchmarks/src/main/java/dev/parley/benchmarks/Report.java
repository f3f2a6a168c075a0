package dev.parley.benchmarks;

import dev.parley.benchmarks.Comparison.Column;
import dev.parley.benchmarks.Comparison.Contender;
import dev.parley.benchmarks.Comparison.Runs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

  /** Adds a table. */
  void table(Comparison comparison, Map<String, Runs> measured) {
    if (!comparison.title().isEmpty()) {
      line("");
      line("### " + comparison.title());
    }
    line("");
    line(comparison.text());
    line("");
    List<Column> columns = comparison.columns();
    line(row(comparison.first(), columns.stream().map(Column::title)));
    line("|---" + "|---".repeat(columns.size()) + "|");
    for (Contender each : comparison.contenders()) {
      Runs runs = measured.get(each.name());
      Runs base = measured.get(each.base());
      line(
          runs.failure() == null
              ? row(
                  each.name(),
                  columns.stream().map(column -> column.cell().of(each.name(), runs, base)))
              : "| " + each.name() + " | failed: " + runs.failure() + " |");
    }
  }

  private static String row(String first, Stream<String> cells) {
    return "| " + first + " | " + cells.collect(Collectors.joining(" | ")) + " |";
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
