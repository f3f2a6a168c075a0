/** Sessions, feeds and calls over WebSocket: {@link dev.parley.websocket}. */
@org.jspecify.annotations.NullMarked
module dev.parley.websocket {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive jakarta.websocket.client;
  requires transitive org.glassfish.tyrus.client;
  requires transitive org.glassfish.tyrus.spi;
  requires org.glassfish.tyrus.core;

  exports dev.parley.websocket;

  provides dev.parley.spi.ChannelProvider with
      dev.parley.websocket.WebSocketProvider;
}
