package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is delivered: small, and in need of nothing. */
class JarIT {
  private static final Path JAR = Path.of(System.getProperty("parley.jar"));

  @Test
  void isSmallerThan200Kilobytes() throws IOException {
    assertThat(Files.size(JAR)).isLessThan(200_000);
  }

  @Test
  void needsTheJdkOnly() {
    var module = ModuleFinder.of(JAR).find("dev.parley.webhook").orElseThrow().descriptor();
    assertThat(module.requires())
        .extracting(Object::toString)
        .noneMatch(each -> each.contains("parley"))
        .allMatch(each -> each.contains("java.base") || each.contains("static"));
  }
}
