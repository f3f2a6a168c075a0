package dev.parley.mqtt;

import dev.parley.spi.Attempt;
import java.util.function.Consumer;

/**
 * One attempt to publish.
 *
 * @param order where it belongs among those that wait, the same on each attempt of a send
 * @param accepted run when the broker has answered, before it counts as no longer under way, so
 *     that who loses the connection finds it in one of the two states; it must not block
 * @param acknowledged told of the broker's answer
 * @param givenUp told that nobody waits any more, perhaps more than once
 */
record Publication(
    long order,
    Packet packet,
    Attempt<?> attempt,
    Runnable accepted,
    Consumer<Object> acknowledged,
    Runnable givenUp) {

  int bytes() {
    return packet.payload().length;
  }

  void fail(Throwable failure) {
    givenUp.run();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (Failures.isUnsent(each)) {
        attempt.notProcessed();
      }
    }
    attempt.fail(failure);
  }

  // Each attempt is itself and nothing else.
  @Override
  @SuppressWarnings("ReferenceEquality") // by identity
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
