package dev.parley.webhook;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what was fetched, so that requests do not decide how often a provider is called: for a
 * day what came, for a minute what failed, 64 documents in all, 20 fetches a minute.
 *
 * <p>What came stays in use while a newer one cannot be had.
 *
 * <p><b>Threads:</b> safe for use by many threads. One at a time fetches; those whose document is
 * there do not wait for it.
 */
final class FetchedKeys {
  static final Duration DAY = Duration.ofDays(1);
  static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int MAX_DOCUMENTS = 64;
  private static final int FETCHES_PER_MINUTE = 20;

  private final KeyFetcher fetcher;
  private final ReentrantLock fetching = new ReentrantLock();
  private final Object lock = new Object();
  private final Map<String, Document> documents = new LinkedHashMap<>(16, 0.75f, true);
  // The two below are written while fetching.
  private Instant minute = Instant.MIN;
  private int fetches;

  FetchedKeys(KeyFetcher fetcher) {
    this.fetcher = fetcher;
  }

  /** What came last, if anything did; when it was last tried to fetch it, and why that failed. */
  private record Document(@Nullable Object value, Instant tried, @Nullable Rejection complaint) {
    boolean failed() {
      return complaint != null;
    }

    boolean isYoungerThan(Duration age, Instant now) {
      Duration actual = Duration.between(tried, now);
      return !actual.isNegative() && actual.compareTo(age) < 0;
    }

    boolean isFresh(Duration maxAge, Instant now) {
      return isYoungerThan(failed() ? MINUTE : maxAge, now);
    }
  }

  /** Returns the document, fetched anew if it is older. */
  <T> T get(
      String name,
      KeyFetcher.Query query,
      Duration maxAge,
      Instant now,
      Class<T> type,
      Function<byte[], T> reader) {
    Document document = find(name);
    if (document == null || !document.isFresh(maxAge, now)) {
      fetching.lock();
      try {
        document = find(name);
        if (document == null || !document.isFresh(maxAge, now)) {
          document = fetch(document, query, now, reader);
          remember(name, document);
        }
      } finally {
        fetching.unlock();
      }
    }
    if (document.value() != null) {
      return type.cast(document.value());
    }
    throw document.complaint() != null ? document.complaint() : unavailable(query);
  }

  /** Calls an address for its effect. */
  void call(KeyFetcher.Query query, Instant now) {
    fetching.lock();
    try {
      Rejection complaint = fetch(null, query, now, bytes -> bytes).complaint();
      if (complaint != null) {
        throw complaint;
      }
    } finally {
      fetching.unlock();
    }
  }

  private Document fetch(
      @Nullable Document old, KeyFetcher.Query query, Instant now, Function<byte[], ?> reader) {
    Object value = old == null ? null : old.value();
    if (!mayFetch(now)) {
      return new Document(value, now, unavailable(query));
    }
    try {
      return new Document(reader.apply(fetcher.fetch(query)), now, null);
    } catch (Rejection notWhatItShouldBe) {
      return new Document(value, now, notWhatItShouldBe);
    } catch (IOException | RuntimeException unavailable) {
      // Whatever a fetcher throws, the request is not to blame and the caller cannot do more.
      return new Document(value, now, unavailable(query));
    }
  }

  private boolean mayFetch(Instant now) {
    Duration since = minute.equals(Instant.MIN) ? MINUTE : Duration.between(minute, now);
    if (since.isNegative() || since.compareTo(MINUTE) >= 0) {
      minute = now;
      fetches = 0;
    }
    return ++fetches <= FETCHES_PER_MINUTE;
  }

  private @Nullable Document find(String name) {
    synchronized (lock) {
      return documents.get(name);
    }
  }

  private void remember(String name, Document document) {
    synchronized (lock) {
      if (documents.size() >= MAX_DOCUMENTS && !documents.containsKey(name)) {
        // Failures first, so that nobody drives out good ones by asking for bad ones.
        if (!documents.values().removeIf(other -> other.value() == null)) {
          documents.remove(documents.keySet().iterator().next());
        }
      }
      documents.put(name, document);
    }
  }

  private static Rejection unavailable(KeyFetcher.Query query) {
    return new Rejection(Reason.KEY_UNAVAILABLE, query + " failed");
  }
}
