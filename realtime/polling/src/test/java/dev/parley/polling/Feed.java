package dev.parley.polling;

/** A server with a growing list of elements, that can be polled. */
interface Feed extends AutoCloseable {
  /** Returns the port of 127.0.0.1 that it listens on. */
  int port();

  /** Appends an element, the members of a JSON object without its braces. */
  void publish(String members);

  /** Says from now on that nothing follows. */
  void end();

  @Override
  void close();
}
