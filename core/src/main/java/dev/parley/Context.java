package dev.parley;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What a piece of work carries along: its deadline, its trace and values of the user's own.
 *
 * <p>A handler runs inside the context of its delivery, so that a call it makes inherits the
 * deadline and the trace. A context shortens a call's deadline and never lengthens it. The current
 * context belongs to the thread; hand {@link #current()} over yourself when you change threads.
 *
 * <p><b>Threads:</b> immutable; {@link #current()} is per thread.
 */
public final class Context {
  /** The W3C {@code traceparent} of the work, as text. */
  public static final Key<String> TRACE_PARENT = Key.named("traceparent");

  /** The W3C {@code tracestate} of the work, as text. */
  public static final Key<String> TRACE_STATE = Key.named("tracestate");

  private static final Context EMPTY = new Context(null, Map.of());
  private static final ThreadLocal<Context> CURRENT = new ThreadLocal<>();

  private final @Nullable Deadline deadline;
  private final Map<Key<?>, Object> values;

  private Context(@Nullable Deadline deadline, Map<Key<?>, Object> values) {
    this.deadline = deadline;
    this.values = values;
  }

  /** Returns the context that carries nothing. */
  public static Context empty() {
    return EMPTY;
  }

  /** Returns the context that this thread runs in; the empty one unless it was entered. */
  public static Context current() {
    Context current = CURRENT.get();
    return current == null ? EMPTY : current;
  }

  /** Returns the deadline, if there is one. */
  public Optional<Deadline> deadline() {
    return Optional.ofNullable(deadline);
  }

  /** Returns the deadline, or null if there is none. */
  public @Nullable Deadline deadlineOrNull() {
    return deadline;
  }

  /** Returns this context with a deadline, unless it already has an earlier one. */
  public Context withDeadline(Deadline newDeadline) {
    Objects.requireNonNull(newDeadline, "newDeadline");
    return deadline != null && deadline.remainingNanos() <= newDeadline.remainingNanos()
        ? this
        : new Context(newDeadline, values);
  }

  /** Returns the value of a key, if there is one. */
  public <T> Optional<T> get(Key<T> key) {
    @SuppressWarnings("unchecked") // with() put a T there
    T value = (T) values.get(key);
    return Optional.ofNullable(value);
  }

  /** Returns this context with a value. */
  public <T> Context with(Key<T> key, T value) {
    Map<Key<?>, Object> copy = new HashMap<>(values);
    copy.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
    return new Context(deadline, Map.copyOf(copy));
  }

  /** Runs work inside this context, on this thread. */
  public <T> T call(Callable<T> work) throws Exception {
    Context before = CURRENT.get();
    CURRENT.set(this);
    try {
      return work.call();
    } finally {
      restore(before);
    }
  }

  /** Runs work inside this context, on this thread. */
  public void run(Runnable work) {
    Context before = CURRENT.get();
    CURRENT.set(this);
    try {
      work.run();
    } finally {
      restore(before);
    }
  }

  /** Returns the names of what is carried, without the values. */
  @Override
  public String toString() {
    return "Context["
        + (deadline == null ? "no deadline" : deadline)
        + ", "
        + values.keySet()
        + "]";
  }

  private static void restore(@Nullable Context before) {
    if (before == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(before);
    }
  }

  /**
   * Names a value in a context; compared by identity.
   *
   * @param <T> the type of the value
   */
  @SuppressWarnings("UnusedTypeParameter") // it types get() and with()
  public static final class Key<T> {
    private final String name;

    private Key(String name) {
      this.name = name;
    }

    /** Returns a new key; the name is for reading only. */
    public static <T> Key<T> named(String name) {
      return new Key<>(Objects.requireNonNull(name, "name"));
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
