package dev.parley.mqtt;

import dev.parley.testkit.conformance.SendConformance;
import dev.parley.testkit.conformance.SendHarness;

class MqttSendsTest extends SendConformance {
  @Override
  protected SendHarness newHarness() {
    return MqttHarness.ofMessages();
  }
}
