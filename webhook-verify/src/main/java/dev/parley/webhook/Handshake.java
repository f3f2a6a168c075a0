package dev.parley.webhook;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a provider asks whether an endpoint is yours; answered without the application. */
interface Handshake {
  /** None. */
  Handshake NONE = new Handshake() {};

  /** Returns the answer to a question that is not signed, or null if the request is none. */
  default @Nullable Reply before(WebhookRequest request, List<Key> keys) {
    return null;
  }

  /** Returns the answer to a question that was verified, or null if the request is none. */
  default @Nullable Reply after(Attempt attempt) {
    return null;
  }
}
