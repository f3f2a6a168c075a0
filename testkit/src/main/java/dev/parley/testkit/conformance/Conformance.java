package dev.parley.testkit.conformance;

import dev.parley.Channel;
import dev.parley.Handler;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Subscription;
import dev.parley.spi.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What all suites have in common: for each test a new harness and a new Parley, both closed at its
 * end.
 *
 * <p>A subclass makes the harness, and all tests run against it. Their names carry the ids of the
 * requirements. A test that needs what the harness does not have is skipped; the numbers of both
 * are written to {@code target/conformance}.
 *
 * @param <H> the harness that the suite needs
 */
@ExtendWith(ConformanceReport.class)
public abstract class Conformance<H extends Harness> {
  private @Nullable H harness;
  private @Nullable Parley parley;
  private @Nullable Time time;
  private @Nullable Census census;

  Conformance() {}

  /** Makes the harness for one test. */
  protected abstract H newHarness() throws Exception;

  /** Returns the capability that the suite is about. */
  abstract Class<? extends Channel> capability();

  @BeforeEach
  final void openHarness() throws Exception {
    H made = newHarness();
    harness = made;
    census = new Census(made);
    Time started = Time.system();
    time = started;
    parley = made.configure(configure(Parley.builder()).time(started)).build();
  }

  @AfterEach
  final void closeHarness() {
    Parley opened = parley;
    if (harness != null) {
      harness.heal();
      harness.script().release();
    }
    if (opened != null) {
      opened.close(Duration.ofSeconds(1));
    }
    if (harness != null) {
      harness.close();
    }
    if (time != null) {
      time.close();
    }
  }

  /** What all Parleys of a suite have. */
  static Parley.Builder configure(Parley.Builder builder) {
    return builder.codecs(Note.codecs());
  }

  final H harness() {
    return there(harness);
  }

  final Parley parley() {
    return there(parley);
  }

  final Time time() {
    return there(time);
  }

  final PeerScript script() {
    return harness().script();
  }

  final <C extends Channel> C open(Class<C> capability) {
    return harness().open(parley(), capability);
  }

  /** Closes the Parley and fails if it left anything behind. */
  final void assertNothingLeft() {
    parley().close(Duration.ofSeconds(5));
    there(census).assertNothingLeft(time());
  }

  /** Causes a trouble, or skips the test if the harness cannot. */
  final void cause(Trouble trouble) {
    assume(harness().troubles().contains(trouble), "the harness cannot cause " + trouble);
    harness().cause(trouble);
  }

  static void assume(boolean there, String otherwise) {
    Assumptions.assumeTrue(there, otherwise);
  }

  /** Runs a handler in the background; its end is seen by its subscription's state. */
  static <E extends Message<?>> void handle(
      Subscription<E> subscription, Handler<? super E> handler) {
    CompletableFuture<Void> unused = subscription.start(handler);
  }

  /** Runs it on a thread of its own: the common pool may have a single one. */
  static <T> CompletableFuture<T> background(Supplier<T> action) {
    return CompletableFuture.supplyAsync(action, Conformance::startThread);
  }

  /** The same for what returns nothing. */
  static CompletableFuture<Void> background(Runnable action) {
    return CompletableFuture.runAsync(action, Conformance::startThread);
  }

  private static void startThread(Runnable task) {
    Thread thread = new Thread(task, "junit-background");
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits until a condition holds, and fails after 30 s. */
  static void awaitThat(String what, BooleanSupplier condition) {
    Patience.awaitThat(what, Patience.limit(), condition);
  }

  /** Stays for a moment in which something must not happen. */
  static void assertNever(String what, BooleanSupplier condition) {
    Patience.assertNever(what, Duration.ofMillis(60), condition);
  }

  private static <T> T there(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the suite has not been started");
    }
    return value;
  }
}
