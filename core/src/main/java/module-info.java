/** Parley's API ({@link dev.parley}) and what an adapter implements ({@link dev.parley.spi}). */
@org.jspecify.annotations.NullMarked
module dev.parley {
  requires static transitive org.jspecify;

  exports dev.parley;
  exports dev.parley.spi;

  uses dev.parley.spi.ChannelProvider;
  uses dev.parley.spi.CodecProvider;
}
