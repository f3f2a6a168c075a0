package dev.parley.samples.shop;

import dev.parley.Observer;
import dev.parley.Signal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Hears of every attempt that Parley makes and tells why it was made again.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class RetryReasons implements Observer {
  private final Map<Long, Trouble> troubles = new ConcurrentHashMap<>();
  private final Consumer<Trouble> onRetry;

  RetryReasons(Consumer<Trouble> onRetry) {
    this.onRetry = onRetry;
  }

  @Override
  public void on(Signal signal) {
    if (signal instanceof Signal.AttemptEnded ended && ended.failure() != null) {
      troubles.put(ended.id(), Trouble.of(ended.failure()));
    } else if (signal instanceof Signal.AttemptStarted started && started.attempt() > 1) {
      Trouble trouble = troubles.remove(started.id());
      onRetry.accept(trouble == null ? Trouble.OTHER : trouble);
    } else if (signal instanceof Signal.CallEnded ended) {
      troubles.remove(ended.id());
    }
  }
}
