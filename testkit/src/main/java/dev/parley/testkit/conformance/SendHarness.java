package dev.parley.testkit.conformance;

import dev.parley.Idempotency;
import dev.parley.Receipt;
import dev.parley.Topic;
import java.util.Optional;

/** What {@link SendConformance} needs to know of an adapter. */
public interface SendHarness extends Harness {
  /** Returns a topic whose messages reach the scripted peer, with this declaration. */
  Topic<Note> topic(Idempotency idempotency);

  /** Returns a topic without the binding that the adapter needs, if it needs one. */
  default Optional<Topic<Note>> unboundTopic() {
    return Optional.empty();
  }

  /** Returns the level of the receipts. Defaults to that of a peer that confirms. */
  default Receipt.Level level() {
    return Receipt.Level.ACCEPTED_BY_PEER;
  }

  /** Returns the type of the native receipt that a receipt unwraps to. */
  default Optional<Class<?>> nativeReceipt() {
    return Optional.empty();
  }
}
