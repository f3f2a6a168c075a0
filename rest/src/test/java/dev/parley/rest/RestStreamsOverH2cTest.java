package dev.parley.rest;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class RestStreamsOverH2cTest extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new RestHarness(RestHarness.Version.H2C);
  }
}
