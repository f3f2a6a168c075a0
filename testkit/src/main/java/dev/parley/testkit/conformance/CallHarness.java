package dev.parley.testkit.conformance;

import dev.parley.Idempotency;
import dev.parley.Operation;
import java.util.Optional;

/** What {@link CallConformance} needs to know of an adapter. */
public interface CallHarness extends Harness {
  /**
   * Returns an operation that the scripted peer serves, with its binding and this declaration. Its
   * requests and replies are notes, and the peer's echo is the request.
   */
  Operation<Note, Note> operation(Idempotency idempotency);

  /** Returns an operation without the binding that the adapter needs, if it needs one. */
  default Optional<Operation<Note, Note>> unboundOperation() {
    return Optional.empty();
  }

  /**
   * Returns the operation bound natively, so that the given code runs when it is used: the third
   * escape hatch.
   */
  default Optional<Operation<Note, Note>> nativelyBound(Runnable used) {
    return Optional.empty();
  }

  /** Returns the type of the native reply that a reply unwraps to. */
  default Optional<Class<?>> nativeReply() {
    return Optional.empty();
  }
}
