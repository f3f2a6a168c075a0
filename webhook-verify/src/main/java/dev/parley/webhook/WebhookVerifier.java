package dev.parley.webhook;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells a provider's requests from forged ones, and answers its handshakes.
 *
 * {@snippet class="dev.parley.webhook.WebhookSnippets" region="verify"}
 *
 * <p>In this order: what is too large is refused before anything is computed (body 5 MiB, a header
 * 8 KiB, 32 signatures). Unsigned handshakes are answered. The signature is checked, in constant
 * time, with all keys and all signatures of the request, whichever is right. Then the timestamp
 * counts, which must not be further from now than the scheme's tolerance, into the future neither.
 * Signed handshakes are answered. The JSON of a body is looked at only where the scheme needs it.
 *
 * <p>{@link #verify} never throws because of what a request contains. What is wrong with the
 * configuration, such as an empty key, is thrown by {@link Builder#build}.
 *
 * <p>A verified request may have been sent before. Remember its {@linkplain
 * Verification#deduplicationKey() key} for at least twice the tolerance and for as long as the
 * provider retries: 3 days at Stripe, 48 hours at PagerDuty; where there is {@linkplain
 * ReplayProtection#NONE no timestamp}, for as long as a replay could hurt.
 *
 * <p>Choose the verifier by the address that was called, never by what the request says: else one
 * tenant's signature opens another's door.
 *
 * <p><b>Threads:</b> safe for use by many threads; share one for each endpoint. Verifying blocks
 * only where a provider's keys have to be fetched, see {@link KeyFetcher}.
 *
 * @since 0.1
 */
public final class WebhookVerifier {
  private static final int SHORT_SECRET = 16;
  private static final int DEFAULT_MAX_BODY = 5 << 20;

  private final Scheme scheme;
  private final String scope;
  private final List<Key> keys;
  private final Duration tolerance;
  private final InstantSource clock;
  private final int maxBody;
  private final @Nullable PublicUrl url;
  private final @Nullable SingleUse singleUse;
  private final FetchedKeys fetched;

  private WebhookVerifier(Builder builder) {
    this.scheme = builder.scheme;
    this.scope = builder.scope;
    this.keys = List.copyOf(builder.keys);
    this.tolerance = builder.tolerance;
    this.clock = builder.clock;
    this.maxBody = builder.maxBody;
    this.url = builder.url;
    this.singleUse = builder.singleUse;
    this.fetched = new FetchedKeys(builder.fetcher);
  }

  /**
   * Returns a verifier with the scheme's defaults.
   *
   * @param keys the current key first, then older ones that may still be in use
   * @throws IllegalArgumentException if a key cannot be right, see {@link Builder#build}
   */
  public static WebhookVerifier create(Scheme scheme, String... keys) {
    Builder builder = builder(scheme);
    for (int i = 0; i < keys.length; i++) {
      builder.key("key " + (i + 1), keys[i]);
    }
    return builder.build();
  }

  /** Returns a builder with the scheme's defaults. */
  public static Builder builder(Scheme scheme) {
    return new Builder(scheme);
  }

  /** Returns the scheme. */
  public Scheme scheme() {
    return scheme;
  }

  /**
   * Returns what is allowed and should not be, for a log at start: secrets under 16 bytes, a scheme
   * whose signature does not cover the body.
   */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (Key key : keys) {
      if (key.isSecret() && key.secret().length < SHORT_SECRET) {
        warnings.add(
            "key \"" + key.name() + "\" of " + scope + " has under 16 bytes and can be guessed");
      }
    }
    if (scheme.singleUse() != null && singleUse == null) {
      warnings.add(
          scope
              + " has no singleUse: who sees one request can send another body with its signature");
    } else if (scheme.coverage().compareTo(Coverage.PARTIAL) > 0) {
      warnings.add(scope + " does not sign the body (" + scheme.coverage() + ")");
    }
    return List.copyOf(warnings);
  }

  /**
   * Verifies a request.
   *
   * @return what became of it; never an exception because of what is in it
   */
  public Verification verify(WebhookRequest request) {
    Objects.requireNonNull(request, "request");
    try {
      return check(withPublicUrl(request));
    } catch (Rejection rejection) {
      return refused(request, rejection.reason(), rejection.detail());
    } catch (RuntimeException | StackOverflowError bug) {
      // A promise kept twice: nothing is known to get here, and the tests look for it.
      return refused(request, Reason.INTERNAL, bug.getClass().getName());
    }
  }

  private Verification check(WebhookRequest request) {
    if (request.isCut() || request.body().length > maxBody) {
      throw new Rejection(Reason.TOO_LARGE, "the body is longer than the limit");
    }
    Reply answer = scheme.handshake().before(request, keys);
    if (answer != null) {
      return Verification.handshake(scheme, scope, request, null, answer);
    }
    Attempt attempt = new Attempt(new Material(request), keys, clock.instant(), tolerance, fetched);
    Proof proof = scheme.method().verify(attempt);
    answer = scheme.handshake().after(attempt);
    if (answer != null) {
      return Verification.handshake(scheme, scope, request, proof, answer);
    }
    checkSingleUse(attempt);
    return Verification.verified(scheme, scope, request, proof);
  }

  private void checkSingleUse(Attempt attempt) {
    if (singleUse == null || scheme.singleUse() == null) {
      return;
    }
    var values = Template.Values.of(attempt.material());
    String token = scope + ':' + scheme.singleUse().text(values);
    String body = Jwt.hex(Crypto.sha256(attempt.request().body()));
    String first;
    try {
      first = singleUse.firstUse(token, body);
    } catch (RuntimeException unavailable) {
      throw new Rejection(Reason.KEY_UNAVAILABLE, "singleUse failed");
    }
    if (!first.equals(body)) {
      throw new Rejection(Reason.REPLAYED, "used before with another body");
    }
  }

  private WebhookRequest withPublicUrl(WebhookRequest request) {
    String actual = url == null ? null : url.of(request);
    return actual == null ? request : request.toBuilder().url(actual).build();
  }

  private Verification refused(WebhookRequest request, Reason reason, String detail) {
    return Verification.refused(scheme, scope, request, reason, detail);
  }

  @Override
  public String toString() {
    return "WebhookVerifier[" + scope + ", " + keys.size() + " keys]";
  }

  /**
   * Collects a verifier. Defaults: the scheme's tolerance, bodies up to 5 MiB, the system's clock,
   * {@link KeyFetcher#https()}, the URL as the request has it, no memory of tokens used.
   *
   * <p><b>Threads:</b> one at a time.
   */
  public static final class Builder {
    private final Scheme scheme;
    private final List<Key> keys = new ArrayList<>();
    private String scope;
    private Duration tolerance;
    private InstantSource clock = InstantSource.system();
    private int maxBody = DEFAULT_MAX_BODY;
    private @Nullable PublicUrl url;
    private @Nullable SingleUse singleUse;
    private KeyFetcher fetcher = KeyFetcher.https();

    private Builder(Scheme scheme) {
      this.scheme = Objects.requireNonNull(scheme, "scheme");
      this.scope = scheme.name();
      this.tolerance = scheme.tolerance();
    }

    /**
     * Adds a key, the current one first.
     *
     * @param name what results call it, such as {@code 2026-11}; not secret
     * @param key as the provider shows it
     * @throws IllegalArgumentException if it is empty, not written as the scheme's keys are, or a
     *     public key in the place of a secret
     */
    public Builder key(String name, String key) {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(key, "key");
      keys.add(scheme.keyFormat().key(name, key));
      return this;
    }

    /**
     * Sets what deduplication keys begin with: name the endpoint. Defaults to the scheme's name.
     */
    public Builder scope(String scope) {
      this.scope = Objects.requireNonNull(scope, "scope");
      if (scope.length() > 64) {
        throw new IllegalArgumentException("scope must not be longer than 64 characters");
      }
      return this;
    }

    /** Sets how old, or how far in the future, a request may be. Defaults to the scheme's. */
    public Builder tolerance(Duration tolerance) {
      this.tolerance = Scheme.checkTolerance(tolerance);
      return this;
    }

    /** Sets the clock. Defaults to the system's. */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /** Sets how many bytes a body may have. Defaults to 5 MiB. */
    public Builder maxBody(int bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("maxBody (" + bytes + ") must not be negative");
      }
      this.maxBody = bytes;
      return this;
    }

    /** Sets the URL, exactly as the provider calls it. Defaults to what the request says. */
    public Builder url(String url) {
      this.url = PublicUrl.exactly(url);
      return this;
    }

    /**
     * Sets what stands before the request's path, as the provider sees it: {@code
     * https://hooks.example.com}. Needed behind a proxy for schemes that sign the URL. Defaults to
     * what the request says.
     */
    public Builder baseUrl(String baseUrl) {
      this.url = PublicUrl.below(baseUrl);
      return this;
    }

    /**
     * Believes {@code X-Forwarded-Proto} and {@code X-Forwarded-Host}. Only where a proxy of yours
     * sets both on every request, whatever came in. Defaults to not looking at them.
     */
    public Builder trustForwardedHeaders() {
      this.url = PublicUrl.forwarded();
      return this;
    }

    /** Sets what remembers tokens for one use. Defaults to none: they can be used again. */
    public Builder singleUse(SingleUse singleUse) {
      this.singleUse = Objects.requireNonNull(singleUse, "singleUse");
      return this;
    }

    /** Sets what fetches the provider's keys. Defaults to {@link KeyFetcher#https()}. */
    public Builder fetcher(KeyFetcher fetcher) {
      this.fetcher = Objects.requireNonNull(fetcher, "fetcher");
      return this;
    }

    /**
     * Returns the verifier.
     *
     * @throws IllegalArgumentException if there is no key, one too many, two of one name or one of
     *     the wrong kind
     */
    public WebhookVerifier build() {
      checkKeys(scheme, keys);
      return new WebhookVerifier(this);
    }
  }

  static void checkKeys(Scheme scheme, List<Key> keys) {
    Set<Algorithm> algorithms = scheme.method().algorithms();
    if (algorithms.isEmpty() != keys.isEmpty()) {
      throw new IllegalArgumentException(
          keys.isEmpty()
              ? scheme.name() + " needs a key: without one nothing can be verified"
              : scheme.name() + " takes no key: the provider publishes its own");
    }
    Set<String> names = new HashSet<>();
    for (Key key : keys) {
      if (algorithms.stream().noneMatch(key::fits)) {
        throw new IllegalArgumentException(
            "key \""
                + key.name()
                + "\" is of the wrong kind for "
                + scheme.name()
                + ": "
                + algorithms);
      }
      if (!names.add(key.name())) {
        throw new IllegalArgumentException("two keys are named \"" + key.name() + "\"");
      }
    }
  }
}
