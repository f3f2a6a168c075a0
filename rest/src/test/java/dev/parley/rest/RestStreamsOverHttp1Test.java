package dev.parley.rest;

import dev.parley.testkit.conformance.StreamConformance;
import dev.parley.testkit.conformance.StreamHarness;

class RestStreamsOverHttp1Test extends StreamConformance {
  @Override
  protected StreamHarness newHarness() {
    return new RestHarness(RestHarness.Version.HTTP_1_1);
  }
}
