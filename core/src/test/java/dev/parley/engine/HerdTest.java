package dev.parley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ReconnectPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** REC-4: what 10,000 clients do to a server that comes back, in virtual time. */
class HerdTest {
  private static final int CLIENTS = 10_000;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long SEED = 4;

  private record Dial(long at, int client) {}

  /** What a peer says for the reconnect, as the transports pass it on. */
  private enum Peer {
    /** WebSocket, polling and long polling: nothing. */
    SILENT,
    /** SSE: {@code retry: 3000}. */
    SENDS_RETRY {
      @Override
      void connected(ReconnectBackoff client) {
        client.hint(Duration.ofSeconds(3));
      }
    },
    /**
     * All over HTTP, and a WebSocket's handshake: 503 with {@code Retry-After: 10} while it is
     * down.
     */
    ANSWERS_RETRY_AFTER {
      @Override
      @Nullable Duration whileDown() {
        return Duration.ofSeconds(10);
      }
    },
    /** WebSocket: it closes with 1012 or 1013, which asks for 5 to 27 s. */
    CLOSES_WITH_1012 {
      @Override
      Duration whenItCloses(Random random) {
        return Duration.ofMillis(5_000 + random.nextInt(22_000));
      }
    };

    void connected(ReconnectBackoff client) {}

    @Nullable Duration whileDown() {
      return null;
    }

    @Nullable Duration whenItCloses(Random random) {
      return null;
    }
  }

  @ParameterizedTest
  @EnumSource
  void REC_4_afterAnOutageOfAMinute_andAfterAFlap(Peer peer) {
    long outage = 60 * SECOND;
    Random random = new Random(SEED);
    ReconnectBackoff[] clients = connectedClients(peer, random, 120 * SECOND);
    List<Long> recovered = recover(peer, random, clients, outage);

    double peak = peakShare(recovered, SECOND);
    double p99 = (recovered.get(CLIENTS * 99 / 100) - outage) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "REC-4 %s, outage: peak %.1f %% of clients in 1 s, p99 recovered after %.1f s%n",
        peer,
        100 * peak,
        p99);

    // The flap: all of them are dropped at one instant, 1 s after the last was accepted, and none
    // was connected long enough to count as stable.
    long flap = recovered.get(CLIENTS - 1) + SECOND;
    List<Long> dials = new ArrayList<>();
    for (ReconnectBackoff client : clients) {
      client.lost(flap, false);
      dials.add(flap + client.next(peer.whenItCloses(random)));
    }
    Collections.sort(dials);

    double perSecond = peakShare(dials, SECOND);
    double perTenth = peakShare(dials, SECOND / 10);
    System.out.printf(
        Locale.ROOT,
        "REC-4 %s, flap: peak %.1f %% of clients in 1 s, %.2f %% in 100 ms%n",
        peer,
        100 * perSecond,
        100 * perTenth);
    assertThat(peak).isLessThanOrEqualTo(0.08);
    Duration asked = Objects.requireNonNullElse(peer.whileDown(), Duration.ZERO);
    assertThat(p99).isLessThanOrEqualTo(30 + asked.toSeconds());
    assertThat(perSecond).isLessThanOrEqualTo(0.05);
    assertThat(perTenth).isLessThanOrEqualTo(0.01);
  }

  private static List<Long> recover(
      Peer peer, Random random, ReconnectBackoff[] clients, long outage) {
    PriorityQueue<Dial> dials = new PriorityQueue<>((a, b) -> Long.compare(a.at(), b.at()));
    for (int i = 0; i < CLIENTS; i++) {
      dials.add(new Dial(clients[i].next(peer.whenItCloses(random)), i));
    }
    List<Long> recovered = new ArrayList<>();
    while (!dials.isEmpty()) {
      Dial dial = dials.remove();
      ReconnectBackoff client = clients[dial.client()];
      if (dial.at() >= outage) {
        client.opened(dial.at());
        peer.connected(client);
        recovered.add(dial.at());
      } else {
        client.lost(dial.at(), false);
        dials.add(new Dial(dial.at() + client.next(peer.whileDown()), dial.client()));
      }
    }
    Collections.sort(recovered);
    return recovered;
  }

  @Test
  void REC_1_aStableConnectionCountsFromZeroAgain_anUnstableOneDoesNot() {
    ReconnectBackoff backoff = new ReconnectBackoff(ReconnectPolicy.DEFAULT, () -> 0.999);
    for (int i = 0; i < 5; i++) {
      backoff.next(null);
    }
    backoff.opened(0);
    backoff.lost(59 * SECOND, false);
    assertThat(backoff.next(null)).isGreaterThan(29 * SECOND);

    backoff.opened(0);
    backoff.lost(60 * SECOND, false);
    assertThat(backoff.next(null)).isLessThan(SECOND);
  }

  @Test
  void REC_1_anOrdinaryEndNeitherRaisesNorForgets() {
    ReconnectBackoff backoff = new ReconnectBackoff(ReconnectPolicy.DEFAULT, () -> 0.999);
    long first = backoff.next(null);
    for (int i = 0; i < 10; i++) {
      backoff.opened(0);
      backoff.lost(6 * SECOND, true);
      assertThat(backoff.next(null)).isEqualTo(first);
    }
  }

  @Test
  void REC_2_neverDialsWithoutAWaitAfterTheFirst() {
    ReconnectBackoff backoff = new ReconnectBackoff(ReconnectPolicy.DEFAULT, () -> 0);
    backoff.next(null);

    assertThat(backoff.next(null)).isEqualTo(Duration.ofMillis(100).toNanos());
  }

  @Test
  void REC_3_aHintIsNeverShortened_andIsBounded() {
    ReconnectBackoff backoff = new ReconnectBackoff(ReconnectPolicy.DEFAULT, () -> 0.5);
    assertThat(backoff.next(Duration.ofSeconds(20))).isGreaterThanOrEqualTo(20 * SECOND);
    assertThat(backoff.next(Duration.ofDays(20)))
        .isLessThanOrEqualTo(Duration.ofMinutes(6).toNanos());

    backoff.hint(Duration.ofMillis(1));
    backoff.opened(0);
    backoff.lost(100 * SECOND, false);
    assertThat(backoff.next(null)).as("half of a base of 100 ms").isEqualTo(SECOND / 20);
  }

  private static ReconnectBackoff[] connectedClients(Peer peer, Random random, long upFor) {
    ReconnectBackoff[] clients = new ReconnectBackoff[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
      clients[i] = new ReconnectBackoff(ReconnectPolicy.DEFAULT, random::nextDouble);
      clients[i].opened(0);
      peer.connected(clients[i]);
      clients[i].lost(upFor, false);
    }
    return clients;
  }

  private static double peakShare(List<Long> sorted, long width) {
    int peak = 0;
    int from = 0;
    for (int to = 0; to < sorted.size(); to++) {
      while (sorted.get(to) - sorted.get(from) >= width) {
        from++;
      }
      peak = Math.max(peak, to - from + 1);
    }
    return (double) peak / CLIENTS;
  }
}
