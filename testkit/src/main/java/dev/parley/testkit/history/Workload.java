package dev.parley.testkit.history;

import dev.parley.Effect;
import dev.parley.ParleyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;

/**
 * Invokes numbered operations from several threads and records how each was answered.
 *
 * <pre>{@code
 * Workload.seeded(42).writers(8).operations(1_000)
 *     .run(history, (id, key) -> channel.call(PLACE, new NewOrder(id, key)));
 * }</pre>
 *
 * <p>Each writer is a thread with keys of its own, so the operations of a key are asked for one
 * after the other. The keys and their order depend on the seed alone.
 *
 * <p><b>Defaults:</b> 1,000 operations, 4 writers, 4 keys for each writer; a {@link
 * ParleyException} is recorded with its effect, any other exception with {@link Effect#POSSIBLE}.
 *
 * <p><b>Threads:</b> immutable; each setting returns a copy.
 *
 * @since 0.1
 */
public final class Workload {
  private final long seed;
  private final int operations;
  private final int writers;
  private final int keys;
  private final Function<Exception, Effect> effectOf;

  private Workload(
      long seed, int operations, int writers, int keys, Function<Exception, Effect> effectOf) {
    this.seed = seed;
    this.operations = operations;
    this.writers = writers;
    this.keys = keys;
    this.effectOf = effectOf;
  }

  /** Begins a workload whose choices come from this seed. */
  public static Workload seeded(long seed) {
    return new Workload(seed, 1_000, 4, 4, Workload::defaultEffect);
  }

  /** How many operations are invoked by all writers together. Defaults to 1,000. */
  public Workload operations(int count) {
    return new Workload(seed, positive("operations", count), writers, keys, effectOf);
  }

  /** How many threads invoke them. Defaults to 4. */
  public Workload writers(int count) {
    return new Workload(seed, operations, positive("writers", count), keys, effectOf);
  }

  /** How many keys each writer has. Defaults to 4. */
  public Workload keys(int perWriter) {
    return new Workload(seed, operations, writers, positive("keys", perWriter), effectOf);
  }

  /** What a failure says about the effect, for clients other than Parley's. */
  public Workload effectOf(Function<Exception, Effect> judge) {
    return new Workload(seed, operations, writers, keys, Objects.requireNonNull(judge, "judge"));
  }

  /**
   * Runs all operations and waits for them.
   *
   * @param task performs one operation; called by several threads at once
   * @throws InterruptedException if this thread was interrupted; the writers are told to stop
   */
  public void run(History history, Task task) throws InterruptedException {
    List<FutureTask<Void>> running = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      int share = operations / writers + (writer < operations % writers ? 1 : 0);
      String name = "w" + (writer + 1);
      SplittableRandom random = new SplittableRandom(seed + writer);
      FutureTask<Void> run =
          new FutureTask<>(() -> write(history, task, share, name, random), null);
      Thread thread = new Thread(run, "parley-workload-" + name);
      thread.setDaemon(true);
      thread.start();
      running.add(run);
    }
    try {
      for (FutureTask<Void> run : running) {
        run.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      running.forEach(run -> run.cancel(true));
    }
  }

  /** Returns the settings that repeat this workload. */
  @Override
  public String toString() {
    return "Workload[seed %d, %d operations, %d writers with %d keys each]"
        .formatted(seed, operations, writers, keys);
  }

  private void write(History history, Task task, int share, String name, SplittableRandom random) {
    for (int i = 0; i < share && !Thread.currentThread().isInterrupted(); i++) {
      String key = name + "-" + (random.nextInt(keys) + 1);
      long id = history.invoke(key);
      try {
        task.perform(id, key);
        history.ok(id);
      } catch (InterruptedException e) {
        history.info(id);
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        history.fail(id, effectOf.apply(e));
      }
    }
  }

  private static Effect defaultEffect(Exception failure) {
    return failure instanceof ParleyException known ? known.effect() : Effect.POSSIBLE;
  }

  private static int positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " (" + value + ") must be at least 1");
    }
    return value;
  }

  /** Performs one operation. */
  @FunctionalInterface
  public interface Task {
    /**
     * Asks for the operation and waits for the answer; returns if it was done and throws if not.
     *
     * @param id the number of the operation, to be sent along
     * @param key the key of the operation
     */
    void perform(long id, String key) throws Exception;
  }
}
