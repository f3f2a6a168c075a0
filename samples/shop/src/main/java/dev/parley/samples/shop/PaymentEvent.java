package dev.parley.samples.shop;

/**
 * What the payment provider tells of, in the form of Stripe's events.
 *
 * @param id names the event: the same each time it is sent
 * @param type what happened
 * @param data the payment
 */
record PaymentEvent(String id, String type, Data data) {
  static PaymentEvent succeeded(String payment, long cents) {
    return new PaymentEvent(
        "evt_" + payment, "payment_intent.succeeded", new Data(new Payment(payment, cents)));
  }

  Payment payment() {
    return data.object();
  }

  /** What Stripe puts around a payment. */
  record Data(Payment object) {}

  /** Somebody paid. */
  record Payment(String id, long amount) {}
}
