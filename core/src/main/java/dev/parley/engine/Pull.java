package dev.parley.engine;

import dev.parley.CommunicationInterruptedException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a caller takes elements out of a subscription: one, several, or in a loop. */
final class Pull<E> {
  private static final long FOR_EVER = Long.MAX_VALUE / 4;

  private final Source<E> source;
  private final String name;

  Pull(Source<E> source, String name) {
    this.source = source;
    this.name = name;
  }

  /** Where elements come from. */
  interface Source<E> {
    /** Waits for the next element; null if none came in time or it has ended. */
    @Nullable E next(long limitNanos) throws InterruptedException;
  }

  @Nullable E one(Duration limit) throws InterruptedException {
    return source.next(nanos(limit));
  }

  List<E> several(int max, Duration linger) throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, but is " + max);
    }
    List<E> elements = new ArrayList<>();
    E element = source.next(nanos(linger));
    while (element != null) {
      elements.add(element);
      element = elements.size() < max ? source.next(0) : null;
    }
    return elements;
  }

  Iterator<E> iterator() {
    return new Iterator<>() {
      private @Nullable E fetched;

      @Override
      public boolean hasNext() {
        if (fetched == null) {
          try {
            fetched = source.next(FOR_EVER);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommunicationInterruptedException(
                Failure.of(
                    Kind.CANCELLED, Effect.NOT_SENT, "the thread that iterates was interrupted"));
          }
        }
        return fetched != null;
      }

      @Override
      public E next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the subscription of " + name + " has ended");
        }
        E element = Objects.requireNonNull(fetched);
        fetched = null;
        return element;
      }
    };
  }

  private static long nanos(Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException("the limit must not be negative, but is " + limit);
    }
    return limit.compareTo(Duration.ofDays(36_500)) > 0 ? FOR_EVER : limit.toNanos();
  }
}
