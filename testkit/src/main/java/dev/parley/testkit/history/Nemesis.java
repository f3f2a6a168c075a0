package dev.parley.testkit.history;

import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes one kind of trouble after the other at a {@link FaultProxy}, at random.
 *
 * {@snippet class="dev.parley.testkit.history.EndToEndTest" region="nemesis"}
 *
 * <p>Each step ends the trouble of the one before ({@link FaultProxy#clear}) and then arms one of
 * the faults, or none. The faults of the steps depend on the seed alone; {@link #toString} tells
 * it.
 *
 * <p>Drive it by {@link #step}, or let it run on a thread of its own with {@link #start}. Do not
 * put other orders on the proxy meanwhile: a step would undo them.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @since 0.1
 */
public final class Nemesis implements AutoCloseable {
  private final long seed;
  private final List<Fault> faults;
  private final int calmPercent;
  private final FaultProxy proxy;

  private final Object lock = new Object();
  private final SplittableRandom random; // guarded by lock
  private int steps; // guarded by lock
  private boolean isClosed; // guarded by lock
  private @Nullable Thread thread; // guarded by lock

  private Nemesis(Builder builder, FaultProxy proxy) {
    this.seed = builder.seed;
    this.faults = builder.faults;
    this.calmPercent = builder.calmPercent;
    this.proxy = proxy;
    this.random = new SplittableRandom(seed);
  }

  /** Begins a nemesis whose choices come from this seed. */
  public static Builder seeded(long seed) {
    return new Builder(seed);
  }

  /**
   * Ends the trouble of the last step and makes the next.
   *
   * @return what was armed; {@link Fault#none} for a calm step
   * @throws IllegalStateException if this nemesis or its proxy is closed
   */
  public Fault step() {
    synchronized (lock) {
      if (isClosed) {
        throw new IllegalStateException(this + " is closed");
      }
      boolean isCalm = random.nextInt(100) < calmPercent;
      Fault fault = faults.get(random.nextInt(faults.size()));
      steps++;
      proxy.clear();
      if (isCalm) {
        return Fault.none();
      }
      proxy.arm(fault);
      return fault;
    }
  }

  /**
   * Steps by itself, on a daemon thread, until {@link #close}.
   *
   * @param pause the mean time between steps; each is a random part of twice as much
   * @throws IllegalStateException if it runs already or is closed
   */
  public void start(Duration pause) {
    Objects.requireNonNull(pause, "pause");
    if (pause.isNegative() || pause.isZero()) {
      throw new IllegalArgumentException("pause (" + pause + ") must be more than zero");
    }
    synchronized (lock) {
      if (isClosed || thread != null) {
        throw new IllegalStateException(this + (isClosed ? " is closed" : " runs already"));
      }
      // A source of its own, so that pauses do not change the choice of faults.
      SplittableRandom pauses = new SplittableRandom(~seed);
      thread = new Thread(() -> run(pause.toNanos(), pauses), "parley-nemesis");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Returns how many steps were made so far. */
  public int steps() {
    synchronized (lock) {
      return steps;
    }
  }

  /** Stops, and ends the trouble that is left. May be called again. */
  @Override
  public void close() {
    Thread running;
    synchronized (lock) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      running = thread;
    }
    if (running != null) {
      running.interrupt();
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    clearUnlessClosed();
  }

  /** Returns the seed, the faults and the number of steps. */
  @Override
  public String toString() {
    return "Nemesis[seed " + seed + ", " + faults + ", " + steps() + " steps]";
  }

  private void run(long pauseNanos, SplittableRandom pauses) {
    try {
      while (true) {
        step();
        Thread.sleep(Duration.ofNanos(pauses.nextLong(2 * pauseNanos)).toMillis());
      }
    } catch (InterruptedException e) {
      // Closed.
    } catch (IllegalStateException e) {
      // Closed, or the proxy was: nothing is left to trouble.
    }
  }

  private void clearUnlessClosed() {
    try {
      proxy.clear();
    } catch (IllegalStateException e) {
      // The proxy was closed first.
    }
  }

  /** What a nemesis has to choose from. */
  public static final class Builder {
    private final long seed;
    private List<Fault> faults = List.of();
    private int calmPercent = 50;

    private Builder(long seed) {
      this.seed = seed;
    }

    /** The faults to choose from, each as likely as the others; name one twice to double it. */
    public Builder faults(Fault... choices) {
      faults = List.of(choices);
      return this;
    }

    /** How many steps of a hundred bring no fault, so that work gets done. Defaults to 50. */
    public Builder calm(int percent) {
      if (percent < 0 || percent > 100) {
        throw new IllegalArgumentException("percent (" + percent + ") must be 0 to 100");
      }
      calmPercent = percent;
      return this;
    }

    /** Makes the nemesis of this proxy; it does nothing yet. */
    public Nemesis over(FaultProxy proxy) {
      Objects.requireNonNull(proxy, "proxy");
      if (faults.isEmpty()) {
        throw new IllegalStateException("a nemesis needs at least one fault: call faults(…) first");
      }
      return new Nemesis(this, proxy);
    }
  }
}
