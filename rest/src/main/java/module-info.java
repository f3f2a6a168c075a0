/** REST over HTTP/1.1 and HTTP/2: {@link dev.parley.rest}. */
@org.jspecify.annotations.NullMarked
module dev.parley.rest {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive dev.parley.http;

  exports dev.parley.rest;

  provides dev.parley.spi.ChannelProvider with
      dev.parley.rest.RestProvider;
}
