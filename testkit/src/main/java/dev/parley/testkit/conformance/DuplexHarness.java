package dev.parley.testkit.conformance;

import dev.parley.Operation;
import java.util.Optional;

/**
 * What {@link DuplexConformance} needs to know of an adapter. The scripted peer answers each note
 * with itself.
 */
public interface DuplexHarness extends Harness {
  /** Returns the session, with its binding. */
  Operation<Note, Note> session();

  /** Returns how many connects the peer has seen. */
  int connects();

  /** Returns how many sessions are open at the peer. */
  int sessions();

  /** The peer sends a note in every open session, unasked. */
  void say(Note note);

  /** The peer ends all sessions cleanly. */
  void endByPeer();

  /** The peer stops reading, so that the program's window closes, or goes on. */
  void holdReading(boolean hold);

  /**
   * The peer may end a session that the program has completed; from now on it must not. Does
   * nothing by default, for a peer that never does.
   */
  default void keepCompletedSessions() {}

  /** Returns whether the peer has heard that nothing more follows in the last session. */
  boolean heardCompletion();

  /** Returns a session without the binding that the adapter needs, if it needs one. */
  default Optional<Operation<Note, Note>> unboundSession() {
    return Optional.empty();
  }
}
