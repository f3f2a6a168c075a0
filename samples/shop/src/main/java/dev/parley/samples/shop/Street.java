package dev.parley.samples.shop;

import dev.parley.testkit.fault.Direction;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A shop, the network in front of it, and the weather over both. Each client of a comparison has
 * its own, under the same sky.
 *
 * <p><b>Threads:</b> one thread opens it, lets the weather pass and closes it; the other methods
 * are for any thread.
 */
final class Street implements AutoCloseable {
  /** How long the clients wait for a connection or for an answer. */
  static final Duration TIMEOUT = Duration.ofSeconds(1);

  private static final Duration SLOWNESS = Duration.ofMillis(1500);
  private static final Duration SHORTEST_RESTART = Duration.ofSeconds(1);
  private static final Duration LONGEST_RESTART = Duration.ofSeconds(3);
  private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(1);

  private final Weather weather;
  private final Path folder;
  private final ShopServer shop;
  private final FaultProxy proxy;
  private final CountDownLatch closing;
  private final Map<String, Integer> arrivals = new ConcurrentHashMap<>();
  private volatile Weather.Spell spell = Weather.SPELLS.get(0);

  /**
   * Opens the shop, under a clear sky.
   *
   * @param closing once it is open the weather clears up early
   */
  Street(long seed, CountDownLatch closing) {
    this.closing = closing;
    this.weather = new Weather(seed);
    this.folder = temporaryFolder();
    this.shop = new ShopServer(folder, new OrderRoutes(this::mishap, SLOWNESS));
    shop.start();
    this.proxy = FaultProxy.to(shop.address(), seed);
  }

  /** Returns the root of the shop's interface, as it is seen through the network. */
  URI uri() {
    return proxy.uri("http");
  }

  /** Returns what the weather is like. */
  Weather.Spell spell() {
    return spell;
  }

  /** Returns how many requests have arrived in the shop. */
  long requests() {
    return shop.requests();
  }

  /** Returns how many orders the shop has; while it is closed, how many it had. */
  OrderBook.Census census() {
    return shop.census();
  }

  /**
   * Lets the weather pass, and returns when the sky is clear and the shop is open.
   *
   * @param length how long the weather lasts
   */
  void endureWeather(Duration length) throws InterruptedException {
    try {
      for (Weather.Spell next : Weather.SPELLS) {
        if (closing.getCount() > 0) {
          endure(next, length);
        }
      }
    } finally {
      proxy.clear();
      shop.ensureStarted();
      proxy.upstream(shop.address());
    }
  }

  /** Waits until the shop has finished what it was asked, and returns all its orders. */
  List<Order> settle() throws InterruptedException, SQLException {
    // What is still on its way when the proxy closes will not arrive.
    proxy.close();
    shop.drain();
    return shop.book().all();
  }

  @Override
  public void close() {
    proxy.close();
    shop.close();
    delete(folder);
  }

  private void endure(Weather.Spell next, Duration run) throws InterruptedException {
    spell = next;
    proxy.script(weather.connections(next));
    if (next.cutsAnswers()) {
      // Connections that were made under a better sky lose the answer they carry next.
      proxy.arm(Fault.resetAfter(Direction.TO_CLIENT, 0));
    }
    Duration time = next.share(run);
    if (next.restarts()) {
      time = time.minus(restart(clamp(time.dividedBy(2), SHORTEST_RESTART, LONGEST_RESTART)));
    }
    for (int outage = 0; outage < next.outages(); outage++) {
      Duration period = time.dividedBy(next.outages());
      proxy.arm(Fault.refuse(clamp(period.dividedBy(2), Duration.ofMillis(1), LONGEST_OUTAGE)));
      proxy.cutAll();
      pause(period);
    }
    if (next.outages() == 0) {
      pause(time);
    }
  }

  private Duration restart(Duration downtime) throws InterruptedException {
    shop.kill();
    // Nobody listens on a dead server's port.
    proxy.refuse();
    proxy.cutAll();
    pause(downtime);
    shop.start();
    proxy.upstream(shop.address());
    proxy.reopen();
    return downtime;
  }

  private Mishap mishap(NewOrder order) {
    int arrival = arrivals.merge(order.reference(), 1, Integer::sum);
    return weather.mishap(spell, order.reference(), arrival);
  }

  private void pause(Duration time) throws InterruptedException {
    closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static Duration clamp(Duration time, Duration least, Duration most) {
    return time.compareTo(least) < 0 ? least : time.compareTo(most) > 0 ? most : time;
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("parley-shop-");
    } catch (IOException e) {
      throw new UncheckedIOException("the shop needs a folder for its database", e);
    }
  }

  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the shop's folder " + folder + " could not be deleted", e);
    }
  }
}
