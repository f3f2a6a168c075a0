package dev.parley.webhooks;

import dev.parley.testkit.conformance.SendConformance;
import dev.parley.testkit.conformance.SendHarness;

class WebhookSendsTest extends SendConformance {
  @Override
  protected SendHarness newHarness() {
    return new WebhookHarness();
  }
}
