package dev.parley.samples.shop;

import static dev.parley.testkit.fault.Direction.TO_CLIENT;
import static dev.parley.testkit.fault.Direction.TO_SERVER;

import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.Topic;
import dev.parley.relay.Relay;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.history.Nemesis;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The shop tells of its orders by way of a broker; payment, stock and e-mail work them off, each
 * for itself. Telemetry of the stores comes in by MQTT and is relayed to the same broker, where a
 * dashboard reads it. Connections are reset, refused and cut in the middle of it.
 *
 * <p>The broker of the orders is a Mosquitto of the demo's own, or the one that the environment's
 * {@code SHOP_BROKER} names, such as {@code mqtt://localhost:1883?clientId={consumer}}.
 */
final class EventsScene implements Scene {
  private static final int ORDERS_PER_EVENT = 5;
  private static final int ABOUTS = 8;
  private static final int CUTS = 6;
  private static final long BEAT_MILLIS = 3;
  private static final long PATIENCE_SECONDS = 60;

  private final Optional<String> givenBroker;
  private EventsReport report = EventsReport.EMPTY;

  EventsScene() {
    this(Optional.ofNullable(System.getenv("SHOP_BROKER")));
  }

  EventsScene(Optional<String> givenBroker) {
    this.givenBroker = givenBroker;
  }

  @Override
  public void play(long seed, int orders, Progress progress, CountDownLatch closing)
      throws Exception {
    try (Broker broker = Broker.open();
        FaultProxy mqtt = FaultProxy.to(broker.address(), seed);
        FaultProxy network = FaultProxy.to(addressOfOrders(broker), seed)) {
      String telemetry = "mqtt://127.0.0.1:" + mqtt.port() + "?clientId={consumer}";
      report =
          report.plus(
              new Play(seed, orders / ORDERS_PER_EVENT, progress, closing)
                  .run(mqtt, telemetry, network, ordersUri(network)));
    }
  }

  private InetSocketAddress addressOfOrders(Broker own) {
    return givenBroker
        .map(EventsScene::parsed)
        .map(uri -> new InetSocketAddress(uri.getHost(), uri.getPort()))
        .orElse(own.address());
  }

  private String ordersUri(FaultProxy network) {
    return givenBroker
        .map(given -> given.replace(parsed(given).getAuthority(), "127.0.0.1:" + network.port()))
        .orElse("mqtt://127.0.0.1:" + network.port() + "?clientId={consumer}");
  }

  private static URI parsed(String template) {
    URI uri = URI.create(at(template, "any"));
    if (uri.getHost() == null || uri.getPort() < 0) {
      throw new IllegalArgumentException(
          "SHOP_BROKER needs a host and a port, such as mqtt://localhost:1883?clientId={consumer}");
    }
    return uri;
  }

  private static String at(String template, String consumer) {
    return template.replace("{consumer}", consumer);
  }

  /** One play, with topics and sessions of its own. */
  private static final class Play {
    private final String run = UUID.randomUUID().toString();
    private final Topic<Event> orders = topic("orders");
    private final Topic<Event> readings = topic("readings");
    private final Topic<Event> measurements = topic("measurements");
    private final Topic<Payload> dead = Topic.of("shop-dead-" + run, Payload.class);
    private final long seed;
    private final long count;
    private final Progress progress;
    private final CountDownLatch closing;
    private final AtomicLong told = new AtomicLong();
    private final AtomicLong measured = new AtomicLong();

    Play(long seed, long count, Progress progress, CountDownLatch closing) {
      this.seed = seed;
      this.count = count;
      this.progress = progress;
      this.closing = closing;
    }

    private Topic<Event> topic(String name) {
      return Topic.of("shop-" + name + "-" + run, Event.class).with(Idempotency.IDEMPOTENT);
    }

    EventsReport run(FaultProxy mqtt, String telemetryUri, FaultProxy network, String ordersUri)
        throws Exception {
      List<EventWorker> workers = new ArrayList<>();
      try (Parley parley = Parley.create()) {
        SendChannel sends = parley.open(at(ordersUri, "shop"), SendChannel.class);
        for (String name : List.of("payment", "stock", "e-mail")) {
          workers.add(worker(parley, name, ordersUri, orders, sends));
        }
        workers.add(worker(parley, "dashboard", ordersUri, measurements, sends));
        CountDownLatch relayStands = new CountDownLatch(1);
        Relay<Delivery<Event>> relay =
            Relay.from(
                    parley.open(at(telemetryUri, "relay-" + run), QueueChannel.class),
                    readings,
                    EventWorker.OPTIONS
                        .deadLetter(DeadLetter.to(sends, dead))
                        .listener(change -> relayStands.countDown()))
                .to(sends, measurements)
                .start();
        for (EventWorker each : workers) {
          await(each.stands());
        }
        await(relayStands);
        long cuts = tell(parley, sends, telemetryUri, mqtt, network, workers);
        awaitAll(workers);
        relay.close();
        List<EventsReport.Column> columns = new ArrayList<>();
        for (EventWorker each : workers) {
          columns.add(each.seen(each == workers.get(3) ? measured.get() : told.get()));
        }
        workers.forEach(EventWorker::close);
        return new EventsReport(columns, cuts);
      }
    }

    private EventWorker worker(
        Parley parley, String name, String uri, Topic<Event> topic, SendChannel sends) {
      return new EventWorker(parley, name, at(uri, name + "-" + run), topic, sends, dead);
    }

    private static void await(CountDownLatch latch) throws InterruptedException, IOException {
      if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("there is no connection to the broker");
      }
    }

    private long tell(
        Parley parley,
        SendChannel sends,
        String telemetryUri,
        FaultProxy mqtt,
        FaultProxy network,
        List<EventWorker> workers)
        throws Exception {
      SendChannel sensors = parley.open(at(telemetryUri, "sensors"), SendChannel.class);
      long cuts = 0;
      try (Nemesis resets = nemesis(network);
          Nemesis others = nemesis(mqtt)) {
        resets.start(Duration.ofMillis(200));
        others.start(Duration.ofMillis(200));
        for (long number = 0; number < count && closing.getCount() > 0; number++) {
          if (number % (count / CUTS + 1) == count / CUTS / 2) {
            network.cutAll();
            mqtt.cutAll();
            cuts += 2;
          }
          if (send(sends, orders, number)) {
            told.incrementAndGet();
          }
          if (send(sensors, readings, number)) {
            measured.incrementAndGet();
          }
          progress.update(
              "told of " + told.get() + " orders; e-mailed " + workers.get(2).handled());
          boolean unusedSinceTheLoopAsks = closing.await(BEAT_MILLIS, TimeUnit.MILLISECONDS);
        }
      }
      network.clear();
      mqtt.clear();
      return cuts;
    }

    /** Sends until the broker has it: twice the same is known by its id. */
    private boolean send(SendChannel channel, Topic<Event> topic, long number)
        throws InterruptedException {
      String about = "store-" + number % ABOUTS;
      Message<Event> message =
          Message.builder(new Event(number, about)).id(topic.name() + number).key(about).build();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (System.nanoTime() - end < 0) {
        try {
          channel.send(topic, message);
          return true;
        } catch (ParleyException e) {
          TimeUnit.MILLISECONDS.sleep(50);
        }
      }
      return false;
    }

    private Nemesis nemesis(FaultProxy proxy) {
      return Nemesis.seeded(seed)
          .faults(
              Fault.resetAfter(TO_CLIENT, 0),
              Fault.resetAfter(TO_SERVER, 0),
              Fault.refuse(Duration.ofMillis(200)))
          .over(proxy);
    }

    private void awaitAll(List<EventWorker> workers) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (System.nanoTime() - end < 0
          && !(workers.get(3).handled() >= measured.get()
              && workers.subList(0, 3).stream().allMatch(each -> each.handled() >= told.get()))) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  @Override
  public boolean isPassed() {
    return report.isPassed();
  }

  @Override
  public String report() {
    return report.render();
  }

  @Override
  public String verdict() {
    return report.verdict();
  }

  /** Returns what was seen in all plays. */
  EventsReport seen() {
    return report;
  }
}
