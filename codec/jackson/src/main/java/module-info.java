/** JSON for Parley, on Jackson 3; start at {@link dev.parley.codec.jackson.JacksonCodecs}. */
@org.jspecify.annotations.NullMarked
module dev.parley.codec.jackson {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive tools.jackson.databind;

  exports dev.parley.codec.jackson;

  provides dev.parley.spi.CodecProvider with
      dev.parley.codec.jackson.JacksonCodecs;
}
