package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void rewritesItsLine_onATerminal() {
    Progress progress = new Progress(out, true);
    progress.update("one");
    progress.update("x".repeat(100));
    progress.say("done");

    assertThat(written())
        .isEqualToNormalizingNewlines(
            "\r\u001b[Kone\r\u001b[K" + "x".repeat(79) + "\r\u001b[Kdone\n");
  }

  @Test
  void writesPlainLinesNowAndThen_elsewhere() {
    AtomicLong now = new AtomicLong();
    Progress progress = new Progress(out, false, now::get);
    progress.update("one");
    progress.update("two, at once");
    now.addAndGet(TimeUnit.SECONDS.toNanos(2));
    progress.update("three");
    progress.say("done");

    assertThat(written()).isEqualToNormalizingNewlines("one\nthree\ndone\n");
  }

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
