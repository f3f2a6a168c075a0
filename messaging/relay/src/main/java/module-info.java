/** Relays from one channel to another: {@link dev.parley.relay}. */
@org.jspecify.annotations.NullMarked
module dev.parley.relay {
  requires static org.jspecify;
  requires transitive dev.parley;

  exports dev.parley.relay;
}
