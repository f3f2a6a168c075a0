package dev.parley.samples.shop;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;

/**
 * The demo: two clients place the same orders in the same weather, one with Parley and one with the
 * retry loop that many programs have, and the shop's database tells what became of them.
 *
 * <p>{@code ./demo --help} explains the options. Exit codes: 0 when Parley lost nothing, duplicated
 * nothing and told no untruth; 1 when it did, 2 when the options make no sense.
 */
public final class Demo {
  private static final int PASSED = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private final PrintStream out;
  private final PrintStream err;
  private final Progress progress;
  private final List<Scene> scenes;
  private final CountDownLatch closing;

  Demo(
      PrintStream out,
      PrintStream err,
      Progress progress,
      List<Scene> scenes,
      CountDownLatch closing) {
    this.out = out;
    this.err = err;
    this.progress = progress;
    this.scenes = List.copyOf(scenes);
    this.closing = closing;
  }

  /** Runs the demo and ends the JVM with its exit code. */
  public static void main(String... arguments) {
    readLoggingConfiguration();
    CountDownLatch closing = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> letItEnd(closing, closed), "ctrl-c"));
    List<Scene> scenes =
        List.of(
            new OrdersScene(List.of(ParleyClient::new, NaiveClient::new)),
            new PaymentsScene(List.of(ParleyDesk::new, NaiveDesk::new)),
            new StockScene(List.of(ParleyStock::new, NaiveStock::new)),
            new StorefrontScene(),
            new EventsScene(),
            new LiveScene());
    int code = FAILED;
    try {
      code = new Demo(System.out, System.err, Progress.ofSystem(), scenes, closing).run(arguments);
    } catch (Exception e) {
      e.printStackTrace(System.err);
    }
    closed.countDown();
    System.exit(code);
  }

  /** Runs the demo and returns its exit code. */
  int run(String... arguments) throws Exception {
    DemoOptions options;
    try {
      options = DemoOptions.parse(arguments);
    } catch (DemoOptions.UsageException e) {
      err.println(e.getMessage());
      err.println("./demo --help explains the options");
      return MISUSED;
    }
    if (options.help()) {
      out.print(DemoOptions.HELP);
      return PASSED;
    }
    play(options);
    scenes.forEach(scene -> {
      progress.say("");
      progress.say(scene.report());
    });
    return scenes.stream().allMatch(Scene::isPassed) ? PASSED : FAILED;
  }

  private void play(DemoOptions options) throws Exception {
    long seed = options.seed().orElseGet(() -> ThreadLocalRandom.current().nextInt(1_000_000));
    boolean isOver;
    do {
      progress.say(
          "%,d orders in bad weather; ./demo --once --orders %d --seed %d repeats it"
              .formatted(options.orders(), options.orders(), seed));
      for (Scene scene : scenes) {
        scene.play(seed, options.orders(), progress, closing);
      }
      seed++;
      isOver = options.once() || closing.getCount() == 0;
      if (!isOver) {
        scenes.forEach(scene -> progress.say(scene.verdict()));
      }
    } while (!isOver);
  }

  /** The JVM is about to end: lets what is under way come to its end first. */
  private static void letItEnd(CountDownLatch closing, CountDownLatch closed) {
    closing.countDown();
    try {
      closed.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void readLoggingConfiguration() {
    try (InputStream configuration = Demo.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(configuration);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
