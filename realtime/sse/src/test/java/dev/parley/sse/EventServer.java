package dev.parley.sse;

/** A server of events for the suites; it keeps them for those who come later if it replays. */
interface EventServer extends AutoCloseable {
  int port();

  /** Returns how many streams have begun. */
  int connects();

  /** Publishes an event; its id and type may be null. */
  void publish(String id, String type, String data);

  @Override
  void close();
}
