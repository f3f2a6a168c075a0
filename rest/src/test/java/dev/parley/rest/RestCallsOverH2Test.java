package dev.parley.rest;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class RestCallsOverH2Test extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return new RestHarness(RestHarness.Version.H2);
  }
}
