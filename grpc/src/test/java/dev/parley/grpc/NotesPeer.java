package dev.parley.grpc;

import dev.parley.testkit.conformance.PeerScript;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The scripted peer of the suites, whose messages are notes. */
abstract class NotesPeer implements AutoCloseable {
  static final String RESUME_TOKEN = "resume-token";

  final AtomicInteger connects = new AtomicInteger();
  volatile PeerScript script = new PeerScript();
  volatile boolean heardCompletion;

  abstract int port();

  /** Returns a header of the last call, whose name is in lower case. */
  abstract Optional<String> lastHeader(String name);

  abstract void publish(byte[] message);

  abstract void end();

  abstract int sessions();

  abstract void say(byte[] message);

  abstract void endSessions();

  abstract void holdReading(boolean hold);

  /** Without this a session that the program has completed is ended. */
  abstract void keepCompletedSessions();

  @Override
  public abstract void close();
}
