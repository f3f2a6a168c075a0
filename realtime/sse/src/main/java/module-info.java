/** Server-sent events over HTTP/1.1 and HTTP/2: {@link dev.parley.sse}. */
@org.jspecify.annotations.NullMarked
module dev.parley.sse {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive dev.parley.http;

  exports dev.parley.sse;

  provides dev.parley.spi.ChannelProvider with
      dev.parley.sse.SseProvider;
}
