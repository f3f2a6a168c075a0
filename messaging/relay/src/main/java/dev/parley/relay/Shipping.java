package dev.parley.relay;

import dev.parley.CallOptions;
import dev.parley.Context;
import dev.parley.Message;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.SendChannel;
import dev.parley.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One try to bring messages to the destination, and what follows from it.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class Shipping<E extends Message<?>, R> {
  private static final String IDEMPOTENCY_KEY = "idempotency-key";

  final SendChannel destination;
  final Topic<R> topic;
  final Outage outage;
  final LongAdder forwarded = new LongAdder();
  final LongAdder filtered = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder repeated = new LongAdder();
  final LongAdder pauses = new LongAdder();
  final LongAdder lost = new LongAdder();

  private final Route<E, R> route;
  private final Source<E> source;
  private final Backoff backoff;
  // By the payload that came in, which is the same at each try and gone with the message.
  private final Map<Payload, Doubt> doubts = Collections.synchronizedMap(new WeakHashMap<>());

  /** What was tried in vain: how often in all, and how often while others got through. */
  private record Doubt(int failures, int counted, long takenThen) {}

  /** What follows: nothing more, the halves of the batch, or another try after a wait. */
  record Next(boolean isHalves, @Nullable Duration rest) {
    static final Next NOTHING = new Next(false, null);
    static final Next HALVES = new Next(true, null);

    static Next after(Duration rest) {
      return new Next(false, rest);
    }
  }

  Shipping(Route<E, R> route, SendChannel destination, Topic<R> topic) {
    this.route = route;
    this.source = route.source;
    this.destination = destination;
    this.topic = topic;
    this.backoff = source.backoff();
    this.outage = new Outage(backoff);
  }

  /** Returns what becomes of a message that does not go along; null if it does. */
  @Nullable Next sift(E element) {
    try {
      if (route.filter.test(element)) {
        return null;
      }
    } catch (RuntimeException e) {
      return again(List.of(element), e, true);
    }
    filtered.increment();
    source.taken(element);
    return Next.NOTHING;
  }

  /**
   * Tries once, and settles what is decided.
   *
   * @throws ParleyException if there is no use in going on: the destination is closed, or this
   *     thread is interrupted
   */
  Next ship(List<E> elements) {
    Message<R> message;
    try {
      message = message(elements);
    } catch (RuntimeException e) {
      return again(elements, e, true);
    }
    if (!outage.letsThrough()) {
      return Next.after(outage.rest());
    }
    boolean isDecided = false;
    try {
      destination.newSend(topic, message, options(elements)).execute();
      isDecided = true;
      taken(elements);
      return Next.NOTHING;
    } catch (RuntimeException e) {
      Verdict verdict = Verdict.of(e, contextOf(elements));
      if (verdict == Verdict.DOWN && e instanceof ParleyException known) {
        isDecided = true;
        return down(elements, known);
      }
      return switch (verdict) {
        case REFUSED -> refuse(elements, e);
        case CLOSED, INTERRUPTED -> throw e;
        default -> again(elements, e, false);
      };
    } finally {
      if (!isDecided) {
        outage.undecided();
      }
    }
  }

  /** The relay closes while they wait for their next try: a queue's go back. */
  void leave(List<E> elements) {
    for (E element : elements) {
      if (!source.comesAgain(element, Duration.ZERO)) {
        lost.increment();
      }
    }
  }

  private void taken(List<E> elements) {
    if (outage.end()) {
      tell(RelayListener::resumed);
    }
    forwarded.add(elements.size());
    elements.forEach(source::taken);
  }

  private Next down(List<E> elements, ParleyException cause) {
    if (outage.begin(cause.retryAfter().orElse(Duration.ZERO))) {
      pauses.increment();
      tell(listener -> listener.paused(cause));
    }
    repeats(elements, cause);
    return Next.after(outage.rest());
  }

  private Next again(List<E> elements, RuntimeException cause, boolean isItsOwnFault) {
    Payload mark = elements.get(0).payload();
    long taken = forwarded.sum();
    Doubt before = doubts.getOrDefault(mark, new Doubt(0, 0, -1));
    boolean counts = isItsOwnFault || taken > before.takenThen;
    Doubt doubt = new Doubt(before.failures + 1, before.counted + (counts ? 1 : 0), taken);
    if (doubt.counted >= source.maxAttempts()) {
      return refuse(elements, cause);
    }
    doubts.put(mark, doubt);
    repeats(elements, cause);
    return Next.after(backoff.after(doubt.failures));
  }

  private void repeats(List<E> elements, RuntimeException cause) {
    repeated.increment();
    tell(listener -> listener.repeated(elements.get(0), cause));
  }

  private Next refuse(List<E> elements, RuntimeException reason) {
    doubts.remove(elements.get(0).payload());
    if (elements.size() > 1) {
      return Next.HALVES;
    }
    E element = elements.get(0);
    refused.increment();
    source.refuse(element, reason);
    tell(listener -> listener.refused(element, reason));
    return Next.NOTHING;
  }

  private void tell(Consumer<RelayListener> event) {
    try {
      event.accept(route.listener);
    } catch (RuntimeException e) {
      // It is told, and no more.
    }
  }

  // ---------------------------------------------------------------- what goes out

  private Message<R> message(List<E> elements) {
    Message<R> made = route.mapping.apply(elements);
    E origin = elements.get(0);
    if (elements.size() > 1 || isSame(made, origin)) {
      return made;
    }
    return Message.builder(made.body())
        .headers(made.headers())
        .id(made.id().or(origin::id).orElse(null))
        .key(made.key().or(origin::key).orElse(null))
        .context(isSame(made.context(), Context.empty()) ? origin.context() : made.context())
        .build();
  }

  @SuppressWarnings("ReferenceEquality") // the very same
  private static boolean isSame(Object one, Object other) {
    return one == other;
  }

  private static Context contextOf(List<? extends Message<?>> elements) {
    return elements.size() == 1 ? elements.get(0).context() : Context.empty();
  }

  /** By the key of what came in, a destination that honours keys knows a repetition. */
  private CallOptions options(List<E> elements) {
    CallOptions options = route.options == null ? destination.defaultOptions() : route.options;
    List<String> keys = new ArrayList<>();
    for (E element : elements) {
      Optional<String> key = element.headers().first(IDEMPOTENCY_KEY).or(element::id);
      if (key.isEmpty()) {
        return options;
      }
      keys.add(key.get());
    }
    String key = keys.size() == 1 ? keys.get(0) : keys.toString();
    return options.idempotencyKey(isPrintable(key) ? key : digest(key));
  }

  private static boolean isPrintable(String key) {
    return key.length() <= 255 && !key.isEmpty() && key.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  private static String digest(String key) {
    return UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
