package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void showsSnippetsThatAreTests() throws IOException {
    String readme = Files.readString(Path.of("README.md")).replaceAll("(?m)^ +", "");
    String source =
        Files.readString(Path.of("src/test/java/dev/parley/webhook/WebhookSnippets.java"))
            .replaceAll("(?m)^ +", "");
    for (String region : List.of("verify", "request", "own-scheme")) {
      String snippet = source.substring(source.indexOf("@start region=\"" + region + '"'));
      snippet = snippet.substring(snippet.indexOf('\n') + 1, snippet.indexOf("// @end")).strip();
      assertThat(readme).contains(snippet);
    }
  }
}
