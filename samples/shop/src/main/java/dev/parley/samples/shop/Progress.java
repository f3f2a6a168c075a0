package dev.parley.samples.shop;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells how a run goes: one line that rewrites itself on a terminal, and elsewhere a line every two
 * seconds.
 *
 * <p><b>Threads:</b> one thread at a time.
 */
final class Progress {
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(2);
  private static final String REWRITE = "\r\u001b[K";

  /** A terminal that is told to wrap shows a longer line as two, and the rewriting breaks. */
  private static final int TERMINAL_WIDTH = 79;

  private final PrintStream out;
  private final boolean isTerminal;
  private final LongSupplier nanoTime;
  private boolean isLineOpen;
  private long lastNanos;
  private boolean saidSomething;

  Progress(PrintStream out, boolean isTerminal) {
    this(out, isTerminal, System::nanoTime);
  }

  Progress(PrintStream out, boolean isTerminal, LongSupplier nanoTime) {
    this.out = out;
    this.isTerminal = isTerminal;
    this.nanoTime = nanoTime;
  }

  /** Returns the progress of this process's standard output. */
  static Progress ofSystem() {
    return new Progress(System.out, isTerminal(System.console()));
  }

  /** Says how it stands; on a terminal in place of what was said before. */
  void update(String line) {
    if (isTerminal) {
      out.print(REWRITE + line.substring(0, Math.min(line.length(), TERMINAL_WIDTH)));
      isLineOpen = true;
      out.flush();
    } else if (!saidSomething || nanoTime.getAsLong() - lastNanos >= PLAIN_INTERVAL.toNanos()) {
      out.println(line);
      lastNanos = nanoTime.getAsLong();
      saidSomething = true;
    }
  }

  /** Says something that stays. */
  void say(String text) {
    if (isLineOpen) {
      out.print(REWRITE);
      isLineOpen = false;
    }
    out.println(text);
    out.flush();
  }

  /** From JDK 22 on there may be a console without a terminal, and a method that tells. */
  private static boolean isTerminal(@Nullable Console console) {
    if (console == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      Method tells = Console.class.getMethod("isTerminal");
      return (boolean) tells.invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
