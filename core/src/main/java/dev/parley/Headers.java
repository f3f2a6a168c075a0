package dev.parley;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Named text values that travel beside a body: HTTP headers, gRPC metadata, message properties.
 *
 * <p>Names are compared without regard to case and keep the case they were given; a name may have
 * several values, in order. {@link #toString()} shows names only, since values may be secrets.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Headers {
  private static final Headers EMPTY = new Headers(new String[0]);

  private final String[] namesAndValues;

  private Headers(String[] namesAndValues) {
    this.namesAndValues = namesAndValues;
  }

  /** Returns headers without any value. */
  public static Headers empty() {
    return EMPTY;
  }

  /**
   * Returns headers from names and values in turn.
   *
   * @throws IllegalArgumentException if a name is without its value, empty, or if a name or value
   *     holds a line break or NUL
   */
  public static Headers of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException(
          "Headers.of takes names and values in turn, but the last name is without its value");
    }
    String[] copy = namesAndValues.clone();
    for (int i = 0; i < copy.length; i += 2) {
      check(copy[i], copy[i + 1]);
    }
    return copy.length == 0 ? EMPTY : new Headers(copy);
  }

  /** Returns these headers with one more value of the given name. */
  public Headers plus(String name, String value) {
    check(name, value);
    String[] copy = Arrays.copyOf(namesAndValues, namesAndValues.length + 2);
    copy[namesAndValues.length] = name;
    copy[namesAndValues.length + 1] = value;
    return new Headers(copy);
  }

  /** Returns these headers with the given value as the only one of its name. */
  public Headers with(String name, String value) {
    return without(name).plus(name, value);
  }

  /** Returns these headers without any value of the given name. */
  public Headers without(String name) {
    if (indexOf(name) < 0) {
      return this;
    }
    List<String> kept = new ArrayList<>(namesAndValues.length);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!namesAndValues[i].equalsIgnoreCase(name)) {
        kept.add(namesAndValues[i]);
        kept.add(namesAndValues[i + 1]);
      }
    }
    return kept.isEmpty() ? EMPTY : new Headers(kept.toArray(new String[0]));
  }

  /** Returns these headers with all of the others behind them. */
  public Headers plusAll(Headers others) {
    if (isEmpty()) {
      return others;
    }
    if (others.isEmpty()) {
      return this;
    }
    String[] copy =
        Arrays.copyOf(namesAndValues, namesAndValues.length + others.namesAndValues.length);
    System.arraycopy(
        others.namesAndValues, 0, copy, namesAndValues.length, others.namesAndValues.length);
    return new Headers(copy);
  }

  /** Returns the first value of a name. */
  public Optional<String> first(String name) {
    return Optional.ofNullable(firstOrNull(name));
  }

  /** Returns the first value of a name, or null if there is none. */
  public @Nullable String firstOrNull(String name) {
    int index = indexOf(name);
    return index < 0 ? null : namesAndValues[index + 1];
  }

  /** Returns all values of a name, in order. */
  public List<String> all(String name) {
    List<String> values = new ArrayList<>(1);
    forEach((each, value) -> {
      if (each.equalsIgnoreCase(name)) {
        values.add(value);
      }
    });
    return List.copyOf(values);
  }

  /** Returns whether there is a value of this name. */
  public boolean contains(String name) {
    return indexOf(name) >= 0;
  }

  /** Returns the names in the order they came first, each once. */
  public Set<String> names() {
    Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    Set<String> names = new LinkedHashSet<>();
    forEach((name, value) -> {
      if (seen.add(name)) {
        names.add(name);
      }
    });
    return names;
  }

  /** Returns the number of values. */
  public int size() {
    return namesAndValues.length / 2;
  }

  /** Returns whether there is no value at all. */
  public boolean isEmpty() {
    return namesAndValues.length == 0;
  }

  /** Hands each name and value to the action, in order. */
  public void forEach(BiConsumer<? super String, ? super String> action) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      action.accept(namesAndValues[i], namesAndValues[i + 1]);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Headers that && canonical().equals(that.canonical());
  }

  @Override
  public int hashCode() {
    return canonical().hashCode();
  }

  /** Returns the names without their values. */
  @Override
  public String toString() {
    return "Headers" + names();
  }

  private List<String> canonical() {
    List<String> canonical = new ArrayList<>(namesAndValues.length);
    forEach((name, value) -> {
      canonical.add(name.toLowerCase(Locale.ROOT));
      canonical.add(value);
    });
    return canonical;
  }

  private int indexOf(String name) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i].equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  private static void check(String name, String value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a header name must not be empty");
    }
    if (hasControl(name)) {
      throw new IllegalArgumentException("a header name must not hold a line break or NUL");
    }
    if (hasControl(value)) {
      throw new IllegalArgumentException(
          "the value of header " + name + " must not hold a line break or NUL");
    }
  }

  private static boolean hasControl(String text) {
    return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0 || text.indexOf('\0') >= 0;
  }
}
