package dev.parley.ladder;

/** A column of the fault matrix: STR for the first two, POLL for the others. */
enum Transport {
  WEBSOCKET("ws", "wss"),
  SSE("sse+http", "sse+https"),
  LONG_POLLING("longpoll+http", "longpoll+https"),
  POLLING("poll+http", "poll+https");

  final String plain;
  final String secure;

  Transport(String plain, String secure) {
    this.plain = plain;
    this.secure = secure;
  }

  /** Returns the address of orders that are replayed, without TLS. */
  String orders(int port) {
    String parameter =
        switch (this) {
          case WEBSOCKET, SSE -> "replays=true";
          case LONG_POLLING, POLLING -> "interval=10ms&maxInterval=20ms";
        };
    return plain + "://127.0.0.1:" + port + "?" + parameter;
  }
}
