/**
 * Sessions, feeds and calls over WebSocket: {@code parley.open("wss://…", DuplexChannel.class)}, or
 * {@link dev.parley.websocket.WebSocketChannel} for the native options.
 */
package dev.parley.websocket;
