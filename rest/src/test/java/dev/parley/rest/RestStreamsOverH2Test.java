package dev.parley.rest;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class RestStreamsOverH2Test extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new RestHarness(RestHarness.Version.H2);
  }
}
