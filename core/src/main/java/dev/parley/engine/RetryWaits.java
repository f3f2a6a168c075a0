package dev.parley.engine;

import dev.parley.ConsumeOptions;
import dev.parley.ParleyException;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The deliveries that wait here for their retry. Guarded by its subscription. */
final class RetryWaits {
  private final QueueSubscription<?> subscription;
  private final Set<Wait> waits = new HashSet<>();

  RetryWaits(QueueSubscription<?> subscription) {
    this.subscription = subscription;
  }

  /** Returns how long to wait after so many attempts, the last of which failed like this. */
  static Duration delay(
      ConsumeOptions options, int attempt, @Nullable Throwable failure, DoubleSupplier random) {
    List<Duration> schedule = options.retrySchedule();
    if (schedule.isEmpty()) {
      return Duration.ofNanos(
          Backoff.computed(options.retryBase(), options.retryCap(), attempt, random));
    }
    Duration wait = schedule.get(Math.min(attempt, schedule.size()) - 1);
    if (failure instanceof ParleyException known && known.retryAfter().isPresent()) {
      Duration longest = Collections.max(schedule);
      Duration hint = known.retryAfter().get();
      Duration honoured = hint.compareTo(longest) > 0 ? longest : hint;
      wait = honoured.compareTo(wait) > 0 ? honoured : wait;
    }
    return Duration.ofNanos(Backoff.scheduled(wait, random));
  }

  /** Lets one wait. */
  void begin(Item item, boolean keepsKey, Duration delay) {
    Wait wait = new Wait(item, keepsKey);
    waits.add(wait);
    subscription.engine.time.schedule(wait, delay.toNanos());
  }

  /** Forgets those that are lost; returns how many. */
  int forget(Predicate<Item> lost) {
    int forgotten = 0;
    for (Wait wait : List.copyOf(waits)) {
      if (lost.test(wait.item)) {
        wait.forget();
        forgotten++;
      }
    }
    return forgotten;
  }

  /** Forgets all of them; returns what waited. */
  List<Item> forgetAll() {
    List<Item> waiting = items();
    List.copyOf(waits).forEach(Wait::forget);
    return waiting;
  }

  List<Item> items() {
    return waits.stream().map(wait -> wait.item).toList();
  }

  boolean isEmpty() {
    return waits.isEmpty();
  }

  private final class Wait extends Timeout {
    private final Item item;
    private final boolean keepsKey;

    Wait(Item item, boolean keepsKey) {
      this.item = item;
      this.keepsKey = keepsKey;
    }

    void forget() {
      waits.remove(this);
      subscription.engine.time.cancel(this);
      subscription.forgetWaiting(item, keepsKey);
    }

    @Override
    public void expired() {
      synchronized (subscription) {
        if (!waits.remove(this)) {
          return;
        }
        item.attempt++;
      }
      subscription.handBack(item, keepsKey);
    }
  }
}
