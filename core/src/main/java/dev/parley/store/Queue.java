package dev.parley.store;

import java.time.Duration;
import java.util.Objects;

/** How messages are taken from a store, the same for an inbox and an outbox. */
final class Queue {
  final MessageStore store;
  final String name;
  final Bell bell = new Bell();
  Duration lease = Duration.ofSeconds(60);
  Duration look = Duration.ofSeconds(1);
  Duration keepDone = Duration.ofDays(5);
  Duration keepDead = Duration.ofDays(30);

  Queue(MessageStore store, String name) {
    this.store = Objects.requireNonNull(store, "store");
    this.name = checked(name);
  }

  Queue copy() {
    Queue copy = new Queue(store, name);
    copy.lease = lease;
    copy.look = look;
    copy.keepDone = keepDone;
    copy.keepDead = keepDead;
    return copy;
  }

  static Duration positive(Duration duration, String name) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + " (" + duration + ") must be positive");
    }
    return duration;
  }

  static Duration notNegative(Duration duration, String name) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + " (" + duration + ") must not be negative");
    }
    return duration;
  }

  private static String checked(String name) {
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "the name must be 1 to 64 letters, digits, dots, hyphens or underscores, since it is part"
              + " of an address, but is "
              + name);
    }
    return name;
  }
}
