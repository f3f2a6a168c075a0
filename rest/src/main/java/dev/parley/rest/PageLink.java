package dev.parley.rest;

import dev.parley.Gap;
import dev.parley.Payload;
import dev.parley.http.HttpHeaders;
import dev.parley.http.LinkAttempt;
import dev.parley.rest.PageSource.PageMark;
import dev.parley.spi.Continuity;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inbound;
import dev.parley.spi.PollLink;
import dev.parley.spi.SourceRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Reads a listing page by page, each when the elements of the one before have been taken. */
final class PageLink implements PollLink {
  private static final String JSON = "application/json";

  private final RestExchange<?> first;
  private final SourceRequest.OfStream request;
  private final Semaphore wakeups = new Semaphore(0);

  // The engine's thread only.
  private @Nullable Page page;
  private @Nullable String next; // what leads to the next page; null after the last one
  private int index; // of the next element

  private volatile @Nullable LinkAttempt<Page> running;
  private volatile @Nullable Response last;
  private volatile boolean aborted;

  PageLink(RestExchange<?> first, SourceRequest.OfStream request, PageMark from) {
    this.first = first;
    this.request = request;
    this.next = from.token();
    this.index = from.index();
  }

  @Override
  public Continuity continuity() {
    return new Continuity(Gap.NONE, "a listing goes on from its page");
  }

  @Override
  public List<Inbound> poll(int max, Duration wait) throws Exception {
    if (max == 0) {
      if (wakeups.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS)) {
        wakeups.drainPermits();
      }
      return List.of();
    }
    Page current = page;
    if (current == null || index >= current.size()) {
      if (next == null) {
        throw new EndOfStream();
      }
      current = fetch(next);
      page = current;
      next = current.next();
      index = 0;
    }
    return take(current, max);
  }

  /** Fetches the page to begin with; the elements before the index have been delivered. */
  void fetchFirst() {
    Page fetched = fetch(Objects.requireNonNull(next));
    page = fetched;
    next = fetched.next();
  }

  @Override
  public void wakeup() {
    wakeups.release();
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    Response response = last;
    return nativeType.isInstance(response)
        ? Optional.of(nativeType.cast(response))
        : Optional.empty();
  }

  @Override
  public void close() {
    abort();
  }

  @Override
  public void abort() {
    aborted = true;
    LinkAttempt<Page> attempt = running;
    if (attempt != null) {
      attempt.cancel();
    }
    wakeup();
  }

  private List<Inbound> take(Page current, int max) {
    List<Inbound> taken = new ArrayList<>();
    while (index < current.size() && taken.size() < max) {
      byte[] element = current.element(index);
      index++;
      // After the last element of a page the next one is where to go on.
      String following = current.next();
      PageMark mark =
          index == current.size() && following != null
              ? new PageMark(0, following)
              : new PageMark(index, current.token());
      taken.add(
          new Inbound(Payload.of(element, JSON))
              .headers(current.headers())
              .position(dev.parley.Position.SINGLE_LANE, mark.text())
              .nativeMessage(current.response()));
    }
    return taken;
  }

  private Page fetch(String token) {
    LinkAttempt<Page> attempt = new LinkAttempt<>(request, first.time());
    running = attempt;
    try {
      if (aborted) {
        attempt.cancel();
      }
      Page fetched = attempt.run(new PageExchange(first, token));
      last = fetched.response();
      return fetched;
    } finally {
      running = null;
    }
  }

  /** One page. */
  record Page(
      String token,
      List<dev.parley.http.Json> elements,
      @Nullable String next,
      Response response,
      dev.parley.Headers headers) {
    static Page of(
        String token, List<dev.parley.http.Json> elements, @Nullable String next, Response from) {
      return new Page(token, elements, next, from, HttpHeaders.from(from.headers()));
    }

    int size() {
      return elements.size();
    }

    byte[] element(int index) {
      return elements.get(index).toByteArray();
    }
  }
}
