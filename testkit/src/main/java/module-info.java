import org.jspecify.annotations.NullMarked;

/** What Parley is tested with, and what its users can test their own code with. */
@NullMarked
module dev.parley.testkit {
  requires transitive dev.parley;
  requires static transitive org.jspecify;
  // For the conformance suites only: the transport, the clock and the proxy run without them.
  requires static transitive org.junit.jupiter.api;
  requires static transitive org.junit.jupiter.params;
  requires static org.assertj.core;

  exports dev.parley.testkit;
  exports dev.parley.testkit.conformance;
  exports dev.parley.testkit.fault;
  exports dev.parley.testkit.history;

  opens dev.parley.testkit.conformance to
      org.junit.platform.commons;

  provides dev.parley.spi.ChannelProvider with
      dev.parley.testkit.MemoryTransport;
}
