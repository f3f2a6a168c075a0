package dev.parley;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Observer} hears. Names and endpoints are bounded; no signal holds a body, a header
 * value or a key.
 */
public sealed interface Signal {
  /** Returns the peer as scheme and authority. */
  String endpoint();

  /** Returns the name of the operation or topic. */
  String name();

  /**
   * A call or send begins.
   *
   * @param id a number that its other signals carry, unique in this {@link Parley}
   */
  record CallStarted(long id, Shape shape, String name, String endpoint, Context context)
      implements Signal {}

  /** An attempt of it goes out. */
  record AttemptStarted(long id, String name, String endpoint, int attempt) implements Signal {}

  /** An attempt of it ended, with the failure or null for success. */
  record AttemptEnded(
      long id,
      String name,
      String endpoint,
      int attempt,
      Duration elapsed,
      @Nullable ParleyException failure)
      implements Signal {}

  /** Another attempt of it is planned. */
  record RetryPlanned(
      long id, String name, String endpoint, int attempt, Duration delay, Kind after)
      implements Signal {}

  /** It ended, with the failure or null for success. */
  record CallEnded(
      long id,
      Shape shape,
      String name,
      String endpoint,
      int attempts,
      Duration elapsed,
      @Nullable ParleyException failure)
      implements Signal {}

  /** A subscription, session or channel changed its state. */
  record StateChanged(Shape shape, String name, String endpoint, StateChange change)
      implements Signal {}

  /** A subscription or session is connected. */
  record Connected(Shape shape, String name, String endpoint, Resumed resumed) implements Signal {}

  /** Messages were dropped because a buffer was full. */
  record Dropped(String name, String endpoint, long count) implements Signal {}

  /** A delivery was known by its identity and acknowledged without being handled again. */
  record Duplicate(String name, String endpoint) implements Signal {}

  /** A delivery's deadline had passed before its handler ran. */
  record Expired(String name, String endpoint) implements Signal {}

  /** A handler ended, with what it threw or null for success. */
  record Handled(
      String name, String endpoint, int attempt, Duration elapsed, @Nullable Throwable failure)
      implements Signal {}

  /** A delivery was given up on. */
  record DeadLettered(String name, String endpoint, Throwable reason) implements Signal {}

  /** The oldest unsettled delivery is older than {@link ConsumeOptions#stallAfter()}. */
  record Stalled(String name, String endpoint, Lag lag) implements Signal {}

  /** Something of the user's threw where it must not: a listener, a reload. */
  record CallbackFailed(String name, String endpoint, Throwable failure) implements Signal {}
}
