package dev.parley.websocket;

/** A WebSocket server that does what the harness says. */
interface Peer extends AutoCloseable {
  /** What the harness does when something happens there, in order for each connection. */
  interface Behaviour {
    void opened(Connection connection);

    void heard(Connection connection, byte[] message);

    void closed(Connection connection);
  }

  /** The server's end of a WebSocket. What is done to one that has gone, does nothing. */
  interface Connection {
    String path();

    /** Sends a binary message. */
    void send(byte[] message);

    /** Closes it with 1000. */
    void end();
  }

  int port();

  /** Waits until the behaviour knows of all connections that clients know of. */
  void awaitOpened();

  /** Stops reading from its connections, or goes on. */
  void holdReading(boolean hold);

  @Override
  void close();
}
