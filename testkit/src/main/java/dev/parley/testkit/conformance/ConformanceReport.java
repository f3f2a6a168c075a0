package dev.parley.testkit.conformance;

import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Parley;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Writes how many conformance tests ran, and what the endpoint promises, for each suite, to {@code
 * target/conformance/<test class>.properties}; {@link #main} prints them as a table.
 *
 * <p>The configuration parameter of JUnit or system property {@code parley.conformance.dir} names
 * another folder; {@code none} writes nothing. {@code parley.conformance.features} names a page in
 * Markdown that must have what {@code --features} prints: a suite whose line it lacks fails.
 */
public final class ConformanceReport implements BeforeAllCallback, AfterAllCallback, TestWatcher {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ConformanceReport.class);

  private static final String DIRECTORY = "parley.conformance.dir";
  private static final String FEATURES = "parley.conformance.features";

  /** Creates it. For JUnit. */
  public ConformanceReport() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    // Nested classes count with their outer one.
    if (context.getStore(NAMESPACE).get(Tally.class) == null) {
      context.getStore(NAMESPACE).put(Tally.class, new Tally());
    }
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    tally(context).passed++;
  }

  @Override
  public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
    tally(context).skipped.add(context.getDisplayName());
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    tally(context).failed++;
  }

  @Override
  public void testDisabled(ExtensionContext context, Optional<String> reason) {
    tally(context).skipped.add(context.getDisplayName());
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    String directory = context.getConfigurationParameter(DIRECTORY).orElse("target/conformance");
    Class<?> suite = context.getRequiredTestClass();
    if (directory.equals("none") || !Conformance.class.isAssignableFrom(suite)) {
      return;
    }
    Tally tally = tally(context);
    Properties properties = new Properties();
    describe(suite, properties);
    properties.setProperty("suite", suiteName(suite));
    properties.setProperty("passed", Integer.toString(tally.passed));
    properties.setProperty("failed", Integer.toString(tally.failed));
    properties.setProperty("skipped", Integer.toString(tally.skipped.size()));
    properties.setProperty("skippedTests", String.join(" ", tally.skipped));
    Path file = Path.of(directory, suite.getName() + ".properties");
    Files.createDirectories(file.getParent());
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      properties.store(writer, null);
    }
    Optional<String> page = context.getConfigurationParameter(FEATURES);
    if (page.isPresent() && properties.containsKey("capability")) {
      compare(Path.of(page.get()), properties);
    }
  }

  /**
   * Prints all numbers found below the current folder as a table in Markdown; with the argument
   * {@code --features} the matrix of what the adapters promise.
   */
  public static void main(String[] arguments) {
    Collection<Properties> rows = rows(Path.of(""));
    System.out.print(List.of(arguments).contains("--features") ? matrix(rows) : table(rows));
  }

  static Collection<Properties> rows(Path root) {
    SortedMap<String, Properties> rows = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(file -> file.toString().endsWith(".properties"))
          .filter(file -> file.toUri().getPath().contains("/target/conformance/"))
          .map(ConformanceReport::read)
          .forEach(row -> rows.put(row.getProperty("adapter") + row.getProperty("suite"), row));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows.values();
  }

  static String table(Collection<Properties> rows) {
    StringBuilder table = new StringBuilder();
    table.append("| adapter | suite | passed | failed | skipped |\n|---|---|---:|---:|---:|\n");
    List<String> columns = List.of("passed", "failed", "skipped");
    int[] sums = new int[columns.size()];
    for (Properties row : rows) {
      table.append("| ").append(row.getProperty("adapter"));
      table.append(" | ").append(row.getProperty("suite"));
      for (int i = 0; i < sums.length; i++) {
        String number = row.getProperty(columns.get(i));
        table.append(" | ").append(number);
        sums[i] += Integer.parseInt(number);
      }
      table.append(" |\n");
    }
    table.append("| all |");
    for (int sum : sums) {
      table.append(" | ").append(sum);
    }
    return table.append(" |\n").toString();
  }

  static String matrix(Collection<Properties> rows) {
    StringBuilder matrix = new StringBuilder();
    matrix.append("| adapter | capability | guarantee | order | back pressure");
    for (Feature feature : Feature.values()) {
      matrix.append(" | ").append(words(feature.name()));
    }
    matrix.append(" |\n|").append("---|".repeat(5 + Feature.values().length)).append('\n');
    for (Properties row : rows) {
      if (row.containsKey("capability")) {
        matrix.append(features(row)).append('\n');
      }
    }
    return matrix.toString();
  }

  private static String features(Properties row) {
    StringBuilder line = new StringBuilder();
    line.append("| ").append(row.getProperty("adapter"));
    line.append(" | ").append(row.getProperty("capability"));
    for (String column : List.of("guarantee", "ordering", "backPressure")) {
      line.append(" | ").append(words(row.getProperty(column)));
    }
    for (Feature feature : Feature.values()) {
      String support = row.getProperty(feature.name());
      line.append(" | ").append(support.equals("ABSENT") ? "" : words(support));
    }
    return line.append(" |").toString();
  }

  /** Fails if a page in Markdown does not tell what a suite has found the endpoint to promise. */
  static void compare(Path page, Properties row) throws IOException {
    String line = features(row);
    if (!Files.readAllLines(page).contains(line)) {
      throw new AssertionError(
          page
              + " does not have the line\n"
              + line
              + "\nso it tells something else of "
              + row.getProperty("adapter")
              + "; testkit/conformance-report --features prints what it must have");
    }
  }

  private static String words(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static Properties read(Path file) {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  private static Tally tally(ExtensionContext context) {
    return Objects.requireNonNull(context.getStore(NAMESPACE).get(Tally.class, Tally.class));
  }

  private static void describe(Class<?> suite, Properties properties) {
    properties.setProperty("adapter", suite.getSimpleName());
    try {
      var constructor = suite.getDeclaredConstructor();
      constructor.setAccessible(true);
      Conformance<?> instance = (Conformance<?>) constructor.newInstance();
      try (Harness harness = instance.newHarness();
          Parley parley = harness.configure(Conformance.configure(Parley.builder())).build()) {
        properties.setProperty("adapter", harness.adapter());
        Features features = harness.open(parley, instance.capability()).features();
        properties.setProperty("capability", instance.capability().getSimpleName());
        properties.setProperty("guarantee", features.guarantee().name());
        properties.setProperty("ordering", features.ordering().name());
        properties.setProperty("backPressure", features.backPressure().name());
        for (Feature feature : Feature.values()) {
          properties.setProperty(feature.name(), features.support(feature).name());
        }
      }
    } catch (Exception e) {
      properties.setProperty("unknown", e.toString()); // its tests have told
    }
  }

  private static String suiteName(Class<?> suite) {
    Class<?> type = suite;
    while (type != null && !type.getPackageName().equals(Conformance.class.getPackageName())) {
      type = type.getSuperclass();
    }
    return type == null ? suite.getSimpleName() : type.getSimpleName();
  }

  /** The numbers of one suite. */
  private static final class Tally {
    int passed;
    int failed;
    final List<String> skipped = new ArrayList<>();
  }
}
