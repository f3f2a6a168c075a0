package dev.parley.ladder;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.StreamChannel;
import dev.parley.UnreachableException;
import dev.parley.spi.PollLink;
import dev.parley.spi.PollSource;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Time;
import dev.parley.spi.Waiter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Connects to the best rung that can be had. */
final class LadderSource implements PollSource {
  private static final int MAX_CACHED = 10_000;

  private final List<StreamChannel> rungs;
  private final Climbing climbing;
  private final MoveListener listener;
  private final Time time;
  private final DoubleSupplier random;
  private final ConcurrentMap<String, Standing> standings = new ConcurrentHashMap<>();

  LadderSource(
      List<StreamChannel> rungs,
      Climbing climbing,
      MoveListener listener,
      Time time,
      DoubleSupplier random) {
    this.rungs = rungs;
    this.climbing = climbing;
    this.listener = listener;
    this.time = time;
    this.random = random;
  }

  @Override
  public void check(SourceRequest request) {
    if (!(request instanceof SourceRequest.OfStream)) {
      throw refused("a ladder gives streams, not queues");
    }
    for (StreamChannel rung : rungs) {
      if (request.from() != null && !rung.features().has(Feature.REPLAY)) {
        throw refused(
            "the rung " + rung.uri() + " cannot replay, so that the ladder takes no position");
      }
    }
  }

  @Override
  public PollLink connect(SourceRequest request) throws Exception {
    SourceRequest.OfStream stream = (SourceRequest.OfStream) request;
    String operation = stream.operation().name();
    Standing standing = standing(operation);
    Map<Integer, ParleyException> failures = new LinkedHashMap<>();
    for (int rung : standing.order(time.nanoTime())) {
      Waiter waiter = new Waiter(time);
      Trial trial =
          new Trial(
              rung, rungs.get(rung), stream, stream.from(), stream.options().buffer(), waiter);
      ParleyException failure = await(trial);
      if (failure == null) {
        stand(operation, standing, rung, failures);
        return new LadderLink(stream, rungs, standing, climbing, trial, time);
      }
      trial.abort();
      failures.put(rung, failure);
    }
    // Where nothing can be had, nothing was learned about a rung: it is the network, or the peer.
    throw nothing(failures);
  }

  private @Nullable ParleyException await(Trial trial) throws InterruptedException {
    try {
      return trial.await(climbing.patience());
    } catch (InterruptedException e) {
      trial.abort();
      throw e;
    }
  }

  private void stand(
      String operation, Standing standing, int rung, Map<Integer, ParleyException> failures) {
    long now = time.nanoTime();
    failures.forEach((each, failure) -> standing.block(each, failure, now));
    int before = standing.stand(rung);
    if (before != rung) {
      listener.moved(
          new Move(
              operation,
              before < 0 ? null : rungs.get(before).uri(),
              rungs.get(rung).uri(),
              standing.causeAbove(rung)));
    }
  }

  private Standing standing(String operation) {
    Standing known = standings.get(operation);
    if (known == null) {
      known = new Standing(rungs.size(), climbing, random);
      // Operations are constants; a program that makes ever new ones must not fill the map.
      if (standings.size() < MAX_CACHED) {
        Standing other = standings.putIfAbsent(operation, known);
        known = other == null ? known : other;
      }
    }
    return known;
  }

  // What may pass decides: the ladder is given up only when no rung is worth another try.
  private ParleyException nothing(Map<Integer, ParleyException> failures) {
    ParleyException first = null;
    List<String> each = new ArrayList<>();
    for (var failure : failures.entrySet()) {
      each.add(rungs.get(failure.getKey()).uri() + ": " + failure.getValue().getMessage());
      if (first == null || rank(failure.getValue()) < rank(first)) {
        first = failure.getValue();
      }
    }
    if (first == null) {
      throw new IllegalStateException("a ladder without rungs");
    }
    if (failures.size() == 1) {
      return first;
    }
    return new UnreachableException(
        Failure.of(
                first.kind(),
                first.effect(),
                "no rung of the ladder can be had: " + String.join("; ", each))
            .withCause(first)
            .withRetryAfter(first.retryAfter().orElse(null)));
  }

  private static int rank(ParleyException failure) {
    return switch (failure.kind()) {
      case TRANSIENT -> 0;
      case THROTTLED -> 1;
      case AUTHENTICATION -> 2;
      case PROTOCOL -> 3;
      case PERMANENT, LOCAL, CANCELLED -> 4;
    };
  }

  private static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }
}
