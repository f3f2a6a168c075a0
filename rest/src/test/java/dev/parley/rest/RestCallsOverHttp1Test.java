package dev.parley.rest;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class RestCallsOverHttp1Test extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return new RestHarness(RestHarness.Version.HTTP_1_1);
  }
}
