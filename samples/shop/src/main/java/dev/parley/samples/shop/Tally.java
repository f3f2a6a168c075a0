package dev.parley.samples.shop;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a client said and did, counted while it runs.
 *
 * <p><b>Threads:</b> safe for use by many threads; the numbers of a running client are about right,
 * those of one that has ended are exact.
 */
final class Tally {
  private final LongAdder attempts = new LongAdder();
  private final Map<Answer.Told, LongAdder> told = new EnumMap<>(Answer.Told.class);
  private final Map<Trouble, LongAdder> retries = new EnumMap<>(Trouble.class);
  private final Latencies latencies = new Latencies();

  Tally() {
    for (Answer.Told ending : Answer.Told.values()) {
      told.put(ending, new LongAdder());
    }
    for (Trouble trouble : Trouble.values()) {
      retries.put(trouble, new LongAdder());
    }
  }

  /**
   * Counts an answer.
   *
   * @param latency from the moment the order was due until the client had said how it ended
   */
  void add(Answer answer, Duration latency) {
    attempts.add(answer.attempts());
    count(told, answer.told()).increment();
    if (answer.told() == Answer.Told.PLACED) {
      latencies.add(latency);
    }
  }

  /** Counts an attempt that failed and is followed by another one. */
  void addRetry(Trouble trouble) {
    count(retries, trouble).increment();
  }

  /** Counts what another one counted. */
  void addAll(Tally others) {
    attempts.add(others.attempts());
    told.forEach((ending, sum) -> sum.add(others.told(ending)));
    retries.forEach((trouble, sum) -> sum.add(others.retries(trouble)));
    latencies.addAll(others.latencies);
  }

  long attempts() {
    return attempts.sum();
  }

  long told(Answer.Told ending) {
    return count(told, ending).sum();
  }

  long retries(Trouble trouble) {
    return count(retries, trouble).sum();
  }

  long retries() {
    return retries.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Returns how long the orders took that the caller was told are placed. */
  Duration percentile(double percent) {
    return latencies.percentile(percent);
  }

  private static <K> LongAdder count(Map<K, LongAdder> counts, K key) {
    LongAdder count = counts.get(key);
    if (count == null) {
      throw new IllegalStateException("no count for " + key);
    }
    return count;
  }
}
