package dev.parley.webhooks;

import dev.parley.Binding;
import java.util.Objects;
import java.util.function.UnaryOperator;
import okhttp3.Request;

/**
 * How a topic goes out as a webhook. A topic needs none; with one it can change the native request.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 *
 * @since 0.1
 */
public final class Webhook implements Binding {
  private static final Webhook PLAIN = new Webhook(UnaryOperator.identity());

  private final UnaryOperator<Request> nativeRequest;

  private Webhook(UnaryOperator<Request> nativeRequest) {
    this.nativeRequest = nativeRequest;
  }

  /** Returns the binding that changes nothing. */
  public static Webhook plain() {
    return PLAIN;
  }

  /**
   * Changes the native request of each attempt. Address, method, body and signature are set
   * afterwards. Unportable.
   */
  public Webhook nativeRequest(UnaryOperator<Request> change) {
    return new Webhook(Objects.requireNonNull(change, "change"));
  }

  Request change(Request request) {
    return nativeRequest.apply(request);
  }
}
