/** Polling and long polling: {@link dev.parley.polling}. */
@org.jspecify.annotations.NullMarked
module dev.parley.polling {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive dev.parley.http;

  exports dev.parley.polling;

  provides dev.parley.spi.ChannelProvider with
      dev.parley.polling.PollingProvider;
}
