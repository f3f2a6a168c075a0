package dev.parley.webhooks;

import dev.parley.ParleyException;
import dev.parley.Topic;
import dev.parley.store.Added;
import dev.parley.store.Inbox;
import dev.parley.webhook.Reply;
import dev.parley.webhook.Verification;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookVerifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes a provider's webhooks into an {@link Inbox}: verifies, stores, and only then answers 2xx.
 *
 * {@snippet class="dev.parley.webhooks.InboxSnippets" region="endpoint"}
 *
 * <p>In this order: a request is verified; a handshake or a refusal is answered as {@link
 * Verification#reply()} says. What is genuine is stored under its {@linkplain
 * Verification#deduplicationKey() key}, and then answered:
 *
 * <ul>
 *   <li>stored, or a repetition of what was: what the provider wants to hear, mostly 200
 *   <li>another body under the same signed id: 422
 *   <li>the store cannot answer: 503 with {@code Retry-After: 30}, and nothing is handled
 *   <li>more than {@link Builder#maxOpen} wait to be handled: 429 with {@code Retry-After: 30}
 * </ul>
 *
 * <p>Consumers get the body as it came, its {@code Content-Type}, and the headers named by {@link
 * Builder#keepHeaders}; others are not stored, since they may be secrets.
 *
 * <p>It fits behind any web server: {@link #receive} takes bytes and returns a status, headers and
 * a short body. {@link InboxHttpHandler} and {@link InboxServlet} are ready to use; {@code
 * samples/webhook-frameworks} has handlers for Undertow, Jetty, Spring MVC and Vert.x.
 *
 * <p><b>Threads:</b> safe for use by many threads; {@link #receive} blocks until the store has
 * answered.
 *
 * @since 0.1
 */
public final class InboxEndpoint {
  static final int DEFAULT_MAX_BODY = 5 << 20;
  private static final String RETRY_AFTER = "30";

  private final WebhookVerifier verifier;
  private final Inbox inbox;
  private final Topic<?> topic;
  private final List<String> keptHeaders;
  private final Function<? super WebhookRequest, @Nullable String> key;
  private final boolean comparesBodies;
  private final InboxCrowd crowd;
  private final int maxBody;
  private final Consumer<? super Received> listener;

  private InboxEndpoint(Builder builder) {
    this.verifier = builder.verifier;
    this.inbox = builder.inbox;
    this.topic = builder.topic;
    this.keptHeaders = builder.keptHeaders;
    this.key = builder.key;
    this.comparesBodies = builder.comparesBodies;
    this.crowd = new InboxCrowd(() -> inbox.open(topic), builder.maxOpen);
    this.maxBody = builder.maxBody;
    this.listener = builder.listener;
  }

  /** Returns an endpoint with the defaults. */
  public static InboxEndpoint create(WebhookVerifier verifier, Inbox inbox, Topic<?> topic) {
    return builder(verifier, inbox, topic).build();
  }

  /**
   * Returns a builder with the defaults.
   *
   * @param topic what consumers of the inbox name; one for each endpoint, as a rule
   */
  public static Builder builder(WebhookVerifier verifier, Inbox inbox, Topic<?> topic) {
    return new Builder(verifier, inbox, topic);
  }

  /** Takes a request in; what is returned is to be answered. Never throws because of a request. */
  public Reply receive(WebhookRequest request) {
    Verification verification = verifier.verify(request);
    Received received = new Received(verification, Received.Result.REFUSED, verification.reply());
    if (verification.isHandshake()) {
      received = new Received(verification, Received.Result.HANDSHAKE, verification.reply());
    } else if (verification.isVerified()) {
      received = store(verification, request);
    }
    listener.accept(received);
    return received.reply();
  }

  private Received store(Verification verification, WebhookRequest request) {
    Added added;
    try {
      if (crowd.isTooLarge()) {
        return new Received(verification, Received.Result.TOO_MANY, later(429));
      }
      added =
          inbox.accept(
              InboxMessages.of(
                  verification, request, topic.name(), keptHeaders, key, comparesBodies));
    } catch (ParleyException e) {
      // Stored or not: the provider sends it again, and then it is known or new.
      return new Received(verification, Received.Result.UNAVAILABLE, later(503));
    }
    return switch (added) {
      case STORED -> new Received(verification, Received.Result.STORED, verification.reply());
      case DUPLICATE -> new Received(verification, Received.Result.DUPLICATE, verification.reply());
      case MISMATCH ->
          new Received(verification, Received.Result.MISMATCH, new Reply(422, Map.of(), ""));
    };
  }

  private static Reply later(int status) {
    return new Reply(status, Map.of("Retry-After", RETRY_AFTER), "");
  }

  /**
   * Returns how many bytes of a body to read at most, for {@link
   * WebhookRequest.Builder#body(java.io.InputStream, int)} in a handler of your own. Defaults to 5
   * MiB.
   */
  public int maxBody() {
    return maxBody;
  }

  /**
   * What became of one request, for logs and metrics.
   *
   * @param verification what the verifier said
   * @param result what became of it
   * @param reply what was answered
   */
  public record Received(Verification verification, Result result, Reply reply) {
    /** What became of a request. */
    public enum Result {
      /** Not genuine, or too large. */
      REFUSED,
      /** A question of the provider was answered. */
      HANDSHAKE,
      /** Stored for the consumers. */
      STORED,
      /** It was stored before. */
      DUPLICATE,
      /** Another one was stored under its id. */
      MISMATCH,
      /** Too many wait to be handled. */
      TOO_MANY,
      /** The store could not answer. */
      UNAVAILABLE
    }
  }

  /**
   * Collects an endpoint.
   *
   * <p><b>Threads:</b> one at a time.
   */
  public static final class Builder {
    private final WebhookVerifier verifier;
    private final Inbox inbox;
    private final Topic<?> topic;
    private List<String> keptHeaders = List.of();
    private Function<? super WebhookRequest, @Nullable String> key = request -> null;
    private boolean comparesBodies = true;
    private int maxOpen = Integer.MAX_VALUE;
    private int maxBody = DEFAULT_MAX_BODY;
    private Consumer<? super Received> listener = received -> {};

    private Builder(WebhookVerifier verifier, Inbox inbox, Topic<?> topic) {
      this.verifier = Objects.requireNonNull(verifier, "verifier");
      this.inbox = Objects.requireNonNull(inbox, "inbox");
      this.topic = Objects.requireNonNull(topic, "topic");
    }

    /**
     * Names the headers that consumers get, such as {@code X-GitHub-Event}. Defaults to none: do
     * not name one that holds a secret.
     */
    public Builder keepHeaders(String... names) {
      this.keptHeaders = List.copyOf(Arrays.asList(names));
      return this;
    }

    /**
     * Sets what deliveries keep their order by, such as an account named in a header. Defaults to
     * none: providers promise no order.
     */
    public Builder key(Function<? super WebhookRequest, @Nullable String> newKey) {
      this.key = Objects.requireNonNull(newKey, "newKey");
      return this;
    }

    /**
     * Believes the signed id alone. For providers whose repetitions differ in their body, which
     * would be answered 422. Defaults to comparing the bodies.
     */
    public Builder ignoreBodies() {
      this.comparesBodies = false;
      return this;
    }

    /**
     * Sets how many may wait to be handled before more are answered 429; counted once a second.
     * Defaults to no limit but the store's.
     */
    public Builder maxOpen(int limit) {
      if (limit < 1) {
        throw new IllegalArgumentException("maxOpen (" + limit + ") must be at least 1");
      }
      this.maxOpen = limit;
      return this;
    }

    /**
     * Sets how many bytes of a body the handlers read. Defaults to 5 MiB, as the verifier's limit
     * does, which holds in any case.
     */
    public Builder maxBody(int bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("maxBody (" + bytes + ") must not be negative");
      }
      this.maxBody = bytes;
      return this;
    }

    /**
     * Sets who hears of each request before it is answered, on its thread: for logs and metrics.
     * Must not throw. Defaults to nobody.
     */
    public Builder listener(Consumer<? super Received> newListener) {
      this.listener = Objects.requireNonNull(newListener, "newListener");
      return this;
    }

    /** Returns the endpoint. */
    public InboxEndpoint build() {
      return new InboxEndpoint(this);
    }
  }
}
