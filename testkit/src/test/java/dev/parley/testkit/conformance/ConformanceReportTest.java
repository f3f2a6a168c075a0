package dev.parley.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Feature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceReportTest {
  @Test
  void addsUpWhatItFinds(@TempDir Path root) throws Exception {
    write(root.resolve("rest/target/conformance/a.properties"), "rest", "CallConformance", 70, 3);
    write(root.resolve("sse/target/conformance/b.properties"), "sse", "StreamConformance", 30, 1);
    write(root.resolve("sse/other/c.properties"), "not one of them", "x", 1, 1);

    assertThat(ConformanceReport.table(ConformanceReport.rows(root)))
        .isEqualTo(
            """
            | adapter | suite | passed | failed | skipped |
            |---|---|---:|---:|---:|
            | rest | CallConformance | 70 | 0 | 3 |
            | sse | StreamConformance | 30 | 0 | 1 |
            | all | | 100 | 0 | 4 |
            """);
    assertThat(ConformanceReport.matrix(ConformanceReport.rows(root)))
        .contains("| adapter | capability | guarantee | order | back pressure | delayed retry |")
        .contains("| rest | CallChannel | at least once | none | none |  |")
        .contains("| native |");
  }

  @Test
  void failsWhereThePageTellsSomethingElse(@TempDir Path root) throws Exception {
    write(root.resolve("target/conformance/a.properties"), "rest", "CallConformance", 70, 3);
    Properties row = ConformanceReport.rows(root).iterator().next();
    Path page = root.resolve("FEATURES.md");
    String matrix = ConformanceReport.matrix(ConformanceReport.rows(root));
    Files.writeString(page, matrix);

    ConformanceReport.compare(page, row);

    Files.writeString(page, matrix.replace("at least once", "exactly once"));
    assertThatThrownBy(() -> ConformanceReport.compare(page, row))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(
            "FEATURES.md does not have the line\n| rest | CallChannel | at least");
  }

  private static void write(Path file, String adapter, String suite, int passed, int skipped)
      throws Exception {
    Properties properties = new Properties();
    properties.setProperty("adapter", adapter);
    properties.setProperty("suite", suite);
    properties.setProperty("passed", Integer.toString(passed));
    properties.setProperty("failed", "0");
    properties.setProperty("skipped", Integer.toString(skipped));
    properties.setProperty("capability", "CallChannel");
    properties.setProperty("guarantee", "AT_LEAST_ONCE");
    properties.setProperty("ordering", "NONE");
    properties.setProperty("backPressure", "NONE");
    for (Feature feature : Feature.values()) {
      properties.setProperty(feature.name(), feature == Feature.HEADERS ? "NATIVE" : "ABSENT");
    }
    Files.createDirectories(file.getParent());
    try (var writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
  }
}
