/** One stream over several endpoints: {@link dev.parley.ladder}. */
@org.jspecify.annotations.NullMarked
module dev.parley.ladder {
  requires static org.jspecify;
  requires transitive dev.parley;

  exports dev.parley.ladder;
}
