package dev.parley.mqtt;

import dev.parley.testkit.conformance.CallConformance;
import dev.parley.testkit.conformance.CallHarness;

class MqttCallsTest extends CallConformance {
  @Override
  protected CallHarness newHarness() {
    return MqttHarness.ofCalls();
  }
}
