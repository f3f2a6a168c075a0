package dev.parley.testkit.conformance;

import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What {@link QueueConformance} needs to know of an adapter. */
public interface QueueHarness extends Harness {
  /** Returns the queue of notes, with its binding. */
  Topic<Note> queue();

  /** Another program publishes a note. */
  void publish(Note note, @Nullable String key);

  /** Another program publishes something that cannot be decoded as a note. */
  void publishGarbage();

  /**
   * Returns how many messages the peer still holds for the group of {@link #uri()}: handed out or
   * not, but neither acknowledged nor rejected. Known once the group has consumed.
   */
  int backlog();

  /** Returns what the peer keeps as dead letters, as text. */
  default List<String> deadLetters() {
    return List.of();
  }

  /** Returns how many settlements came to the peer too late, if it can tell. */
  default OptionalInt staleSettlements() {
    return OptionalInt.empty();
  }

  /** Returns whether the peer counts deliveries. Defaults to true. */
  default boolean countsAttempts() {
    return true;
  }

  /** Returns whether what is delivered again can be recognised. Defaults to true. */
  default boolean identifiesDeliveries() {
    return true;
  }

  /** Returns whether groups of other names get messages of their own. Defaults to false. */
  default boolean hasGroups() {
    return false;
  }

  /** Returns whether two members of a group can both be busy at once. Defaults to true. */
  default boolean sharesBetweenMembers() {
    return true;
  }

  /**
   * Opens the peer so that a delivery that is not settled comes again after this time, if there is
   * such a thing. Otherwise that time is longer than any test takes.
   */
  default Optional<QueueChannel> openWithLease(Parley parley, Duration lease) {
    return Optional.empty();
  }

  /** Returns the type of the native message that a delivery unwraps to. */
  default Optional<Class<?>> nativeMessage() {
    return Optional.empty();
  }

  /** Returns a queue without the binding that the adapter needs, if it needs one. */
  default Optional<Topic<Note>> unboundQueue() {
    return Optional.empty();
  }
}
