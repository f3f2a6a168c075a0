package dev.parley.testkit.conformance;

import dev.parley.Operation;
import java.util.Optional;

/** What {@link StreamConformance} needs to know of an adapter. */
public interface StreamHarness extends Harness {
  /** Returns the stream of notes that the peer publishes, with its binding. */
  Operation<Void, Note> stream();

  /** The peer publishes a note, to those who are connected and, if it replays, for later. */
  void publish(Note note);

  /** The peer publishes something that cannot be decoded as a note. */
  void publishGarbage();

  /** The peer ends the stream for good, behind what was published. */
  void end();

  /** Returns whether the peer can end a stream for good. Defaults to true. */
  default boolean canEnd() {
    return true;
  }

  /** Returns how many connects the peer has seen. */
  int connects();

  /** Returns a stream without the binding that the adapter needs, if it needs one. */
  default Optional<Operation<Void, Note>> unboundStream() {
    return Optional.empty();
  }
}
