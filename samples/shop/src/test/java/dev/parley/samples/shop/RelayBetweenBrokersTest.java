package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Topic;
import dev.parley.relay.Relay;
import dev.parley.testkit.fault.FaultProxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From one real broker to another, each of which goes down for a while. */
class RelayBetweenBrokersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MESSAGES = 100; // of each of three times
  private static final Topic<Event> READINGS =
      Topic.of("readings", Event.class).with(Idempotency.IDEMPOTENT);
  private static final Topic<Event> MEASUREMENTS =
      Topic.of("measurements", Event.class).with(Idempotency.IDEMPOTENT);
  private static final Topic<Payload> DEAD = Topic.of("dead", Payload.class);

  private long told;

  @Test
  @Tag("slow")
  @Timeout(300)
  void DLQ_3_losesNothingAndKeepsTheOrderOfEachKey_whileEitherBrokerIsDown() throws Exception {
    try (Broker here = Broker.open();
        Broker there = Broker.open();
        FaultProxy toHere = FaultProxy.to(here.address(), 1);
        FaultProxy toThere = FaultProxy.to(there.address(), 1);
        Parley parley = Parley.create()) {
      SendChannel sensors = parley.open(uri(toHere, "sensors"), SendChannel.class);
      SendChannel destination = parley.open(uri(toThere, "relay"), SendChannel.class);
      try (EventWorker dashboard =
              new EventWorker(
                  parley, "dashboard", uri(toThere, "dashboard"), MEASUREMENTS, destination, DEAD);
          Relay<Delivery<Event>> relay =
              Relay.from(
                      parley.open(uri(toHere, "relay"), QueueChannel.class),
                      READINGS,
                      EventWorker.OPTIONS.deadLetter(DeadLetter.to(sensors, DEAD)))
                  .to(destination, MEASUREMENTS)
                  .start()) {
        assertThat(dashboard.stands().await(60, TimeUnit.SECONDS)).isTrue();
        await().atMost(PATIENCE).until(() -> relay.state() == State.OPEN);

        tell(sensors);
        there.stop();
        tell(sensors);
        await().atMost(PATIENCE).until(() -> relay.counts().pauses() > 0);
        there.start();
        toThere.upstream(there.address());
        await().atMost(PATIENCE).until(() -> dashboard.handled() == told);

        here.stop();
        await().atMost(PATIENCE).until(() -> relay.state() != State.OPEN);
        here.start();
        toHere.upstream(here.address());
        await().atMost(PATIENCE).until(() -> relay.state() == State.OPEN);
        tell(sensors);
        await().atMost(PATIENCE).until(() -> dashboard.handled() == told);

        EventsReport.Column seen = dashboard.seen(told);
        assertThat(seen.isComplete()).as("%s, %s", seen, relay.counts()).isTrue();
        assertThat(relay.counts().refused()).isZero();
      }
    }
  }

  private static String uri(FaultProxy proxy, String clientId) {
    return "mqtt://127.0.0.1:" + proxy.port() + "?clientId=" + clientId;
  }

  private void tell(SendChannel sensors) {
    for (int i = 0; i < MESSAGES; i++) {
      String about = "store-" + told % 8;
      sensors.send(
          READINGS,
          Message.builder(new Event(told, about)).id("reading-" + told).key(about).build());
      told++;
    }
  }
}
