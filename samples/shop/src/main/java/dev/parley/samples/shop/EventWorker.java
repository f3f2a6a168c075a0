package dev.parley.samples.shop;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Works off the events of a queue with Parley, and notes what it has seen.
 *
 * <p><b>Threads:</b> events come in on workers; the rest is for any thread.
 */
final class EventWorker implements AutoCloseable {
  /** As eager as a demo of some seconds needs it. */
  static final ConsumeOptions OPTIONS =
      ConsumeOptions.DEFAULT
          .concurrency(4)
          .retryBase(Duration.ofMillis(20))
          .retryCap(Duration.ofMillis(200))
          .reconnect(Watcher.EAGER);

  private static final int STUMBLES = 17; // at each so many-th event, once

  private final String name;
  private final Map<Long, Integer> handled = new ConcurrentHashMap<>(); // number to how often
  private final Map<Long, Boolean> stumbled = new ConcurrentHashMap<>();
  private final Map<String, Long> lastAbout = new ConcurrentHashMap<>();
  private final AtomicLong outOfOrder = new AtomicLong();
  private final CountDownLatch stands = new CountDownLatch(1);
  private final Subscription<Delivery<Event>> events;

  /**
   * Begins to work.
   *
   * @param uri the broker
   * @param dead where events go that it gives up
   */
  EventWorker(
      Parley parley,
      String name,
      String uri,
      Topic<Event> topic,
      SendChannel sends,
      Topic<Payload> dead) {
    this.name = name;
    this.events =
        parley
            .open(uri, QueueChannel.class)
            .consume(
                topic,
                OPTIONS
                    .deadLetter(DeadLetter.to(sends, dead))
                    .listener(change -> {
                      if (change.to() == State.OPEN) {
                        stands.countDown();
                      }
                    }));
    var unusedSinceWhatItHasSeenTells = events.start(this::work);
  }

  private void work(Delivery<Event> delivery) {
    Event event = delivery.body();
    if (event.number() % STUMBLES == 0 && stumbled.put(event.number(), true) == null) {
      throw new IllegalStateException("busy at event " + event.number());
    }
    if (handled.merge(event.number(), 1, Integer::sum) == 1) {
      Long before = lastAbout.put(event.about(), event.number());
      if (before != null && before > event.number()) {
        outOfOrder.incrementAndGet();
      }
    }
  }

  /** Opens once it is subscribed: what is told from then on reaches it. */
  CountDownLatch stands() {
    return stands;
  }

  /** Returns how many different events it has handled. */
  long handled() {
    return handled.size();
  }

  /** Returns what it has seen of so many events. */
  EventsReport.Column seen(long told) {
    long all = handled.values().stream().mapToLong(each -> each).sum();
    return new EventsReport.Column(name, told, handled(), all - handled(), outOfOrder.get());
  }

  @Override
  public void close() {
    events.close();
  }
}
