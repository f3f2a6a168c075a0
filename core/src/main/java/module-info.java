/**
 * Parley's API ({@link dev.parley}), what an adapter implements ({@link dev.parley.spi}) and what a
 * store implements ({@link dev.parley.store}).
 */
@org.jspecify.annotations.NullMarked
module dev.parley {
  requires static transitive org.jspecify;

  exports dev.parley;
  exports dev.parley.spi;
  exports dev.parley.store;

  uses dev.parley.spi.ChannelProvider;
  uses dev.parley.spi.CodecProvider;
}
