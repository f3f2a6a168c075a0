package dev.parley.testkit.history;

import dev.parley.Effect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The record of a run: which operations were invoked, how each was answered, and what was seen of
 * it on the other side.
 *
 * {@snippet class="dev.parley.testkit.history.HistoryTest" region="first"}
 *
 * <p>The side that asks calls {@link #invoke} <i>before</i> an operation, sends its number along,
 * and then {@link #ok}, {@link #fail} or {@link #info}. Whoever sees the effect, a server's table
 * or a subscriber, is a {@link Witness} and records it there. A {@link HistoryChecker} compares the
 * two.
 *
 * <p>The order of entries is the order of the calls. So record what a promise says comes first
 * before it can be overtaken: {@code closed()} after close has returned, {@code saw()} inside the
 * handler.
 *
 * <p><b>Threads:</b> safe for use by many threads; recording takes a lock for an instant.
 *
 * <p><b>Memory:</b> about 50 bytes an entry, at most 2,000,000 entries; one more throws {@link
 * IllegalStateException}, since half a history proves nothing.
 *
 * @since 0.1
 */
public final class History {
  private static final int LIMIT = 2_000_000;

  private final String title;
  private final long start = System.nanoTime();
  private final List<Operation> operations = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, Witness> witnesses = new LinkedHashMap<>();
  private final Map<String, Integer> sequences = new LinkedHashMap<>();

  private History(String title) {
    this.title = title;
  }

  /**
   * Begins a history.
   *
   * @param title what is needed to repeat the run, such as {@code "seed 42"}; every report begins
   *     with it
   */
  public static History of(String title) {
    return new History(Objects.requireNonNull(title, "title"));
  }

  /**
   * An operation is about to be asked for. All operations without a key count as one key.
   *
   * @return its number, from 1
   */
  public long invoke() {
    return invoke("");
  }

  /**
   * An operation with a key is about to be asked for. For {@link Rule#PER_KEY_ORDER} to mean
   * something, a key belongs to one thread at a time.
   *
   * @return its number, from 1
   */
  public synchronized long invoke(String key) {
    long id = operations.size() + 1L;
    int sequence = sequences.merge(key, 1, Integer::sum);
    operations.add(new Operation(id, key, sequence, entries.size()));
    add(Kind.INVOKE, id, null, 0);
    return id;
  }

  /** The operation was answered: done. */
  public void ok(long id) {
    answer(Kind.OK, id);
  }

  /**
   * The operation was answered: failed. With {@link Effect#POSSIBLE} this is {@link #info}.
   *
   * @param effect what the caller was told that it may have done
   */
  public void fail(long id, Effect effect) {
    answer(effect == Effect.POSSIBLE ? Kind.INFO : Kind.FAIL, id);
  }

  /** The operation was answered: nobody knows whether it was done. */
  public void info(long id) {
    answer(Kind.INFO, id);
  }

  /** Returns the witness of that name; each name has one. */
  public synchronized Witness witness(String name) {
    return witnesses.computeIfAbsent(name, key -> new Witness(this, key));
  }

  /** Returns how many operations were invoked so far. */
  public synchronized int size() {
    return operations.size();
  }

  /** Returns the title and the number of operations. */
  @Override
  public String toString() {
    return "History[" + title + ", " + size() + " operations]";
  }

  private synchronized void answer(Kind kind, long id) {
    if (id < 1 || id > operations.size()) {
      throw new IllegalArgumentException(
          "operation " + id + " was never invoked; take the number from invoke()");
    }
    add(kind, id, null, 0);
  }

  synchronized void add(Kind kind, long id, @Nullable Witness witness, int connection) {
    if (entries.size() == LIMIT) {
      throw new IllegalStateException(
          "this history is full (" + LIMIT + " entries); spread the run over several histories");
    }
    entries.add(new Entry(System.nanoTime() - start, kind, id, witness, connection));
  }

  String title() {
    return title;
  }

  synchronized List<Operation> operations() {
    return List.copyOf(operations);
  }

  synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  synchronized List<Witness> witnesses() {
    return List.copyOf(witnesses.values());
  }

  enum Kind {
    INVOKE,
    OK,
    FAIL,
    INFO,
    SAW,
    RESUMED,
    GAP,
    CLOSED
  }

  /** What was asked: the n-th operation of its key, and where in the entries. */
  record Operation(long id, String key, int sequence, int index) {
    @Override
    public String toString() {
      return key.isEmpty()
          ? "operation " + id
          : "operation " + id + " (" + key + " #" + sequence + ")";
    }
  }

  record Entry(long nanos, Kind kind, long id, @Nullable Witness witness, int connection) {
    String time() {
      return String.format(Locale.ROOT, "%.3fs", nanos / 1e9);
    }
  }
}
