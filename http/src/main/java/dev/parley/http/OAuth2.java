package dev.parley.http;

import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.http.TokenEndpoint.Refusal;
import dev.parley.spi.Attempt;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens from an OAuth 2 token endpoint, by client credentials or a refresh token.
 *
 * <p>The first request fetches a token. At 70 to 80 % of its lifetime the next one is fetched in
 * the background while requests go on with the old one; a stream that connects waits for it, and
 * one that stands is moved to a new connection with it (TOK-5). After a 401 it is renewed at once
 * and the request sent once more; a 401 for a token that has been replaced meanwhile just takes the
 * new one. However many calls wait, there is one token request at a time and all share its result.
 *
 * <p>A token request is never repeated by itself: a call that needs the token fails with {@link
 * TokenException}, whose retry asks again, but not within 1 s of the failure, doubling up to 30 s;
 * and the token endpoint has a circuit breaker of its own where the Parley has {@link
 * dev.parley.spi.Stages}. A refresh token that the server rotates and whose request may have been
 * acted on is not used again, since that could revoke the whole sign-in.
 *
 * <p>Defaults: the client proves itself by HTTP Basic; a token request takes at most 10 s; a token
 * whose lifetime the server does not tell is used until it is refused.
 *
 * <p><b>Threads:</b> safe for use by many threads. A token request has a daemon thread of its own,
 * {@code parley-token}, while it runs.
 */
public final class OAuth2 extends Auth {
  private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(30);

  private final TokenEndpoint endpoint;
  private final @Nullable Supplier<String> refreshToken;
  private final Consumer<String> onRotation;
  private final boolean rotating;

  private final Object lock = new Object();

  // Guarded by lock.
  private @Nullable Token current;
  private @Nullable CompletableFuture<Token> flight;
  private @Nullable Failure lastFailure;
  private long pausedUntil;
  private long pause;
  private @Nullable String rotated; // the refresh token that the server gave last
  private @Nullable String lastGiven; // by the supplier
  private @Nullable String usedUp; // one that may have been used up

  private OAuth2(Builder builder) {
    this.endpoint =
        new TokenEndpoint(
            builder.endpoint,
            builder.clientId,
            builder.clientSecret,
            builder.secretInBody,
            builder.parameters);
    this.refreshToken = builder.refreshToken;
    this.onRotation = builder.onRotation;
    this.rotating = builder.rotating;
  }

  /** Starts a credential by the client's own name and secret. */
  public static Builder clientCredentials(
      URI tokenEndpoint, String clientId, Supplier<String> clientSecret) {
    return new Builder(tokenEndpoint, clientId)
        .clientSecret(Objects.requireNonNull(clientSecret, "clientSecret"));
  }

  /**
   * Starts a credential by a refresh token.
   *
   * @param refreshToken asked for the token until the server gives another one
   */
  public static Builder refreshToken(
      URI tokenEndpoint, String clientId, Supplier<String> refreshToken) {
    Builder builder = new Builder(tokenEndpoint, clientId);
    builder.refreshToken = Objects.requireNonNull(refreshToken, "refreshToken");
    return builder;
  }

  @Override
  Object credential(HttpTransport transport, Attempt<?> attempt) {
    CompletableFuture<Token> running;
    synchronized (lock) {
      long now = transport.time().nanoTime();
      Token token = current;
      if (token != null && !token.isExpired(now)) {
        if (token.isDue(now) && flight == null && !isPaused(now)) {
          begin(transport);
        }
        return token;
      }
      if (flight == null && isPaused(now)) {
        throw new TokenException(Objects.requireNonNull(lastFailure));
      }
      if (flight == null) {
        begin(transport);
      }
      running = Objects.requireNonNull(flight);
    }
    return await(running, attempt);
  }

  // What lasts would outlive a token that is about to be replaced, so it waits for the next one.
  @Override
  @Nullable Object lastingCredential(HttpTransport transport, Attempt<?> attempt) {
    Object good = credential(transport, attempt);
    CompletableFuture<Token> running;
    synchronized (lock) {
      running = flight;
    }
    try {
      return running == null ? good : await(running, attempt);
    } catch (TokenException e) {
      return good;
    }
  }

  @Override
  @Nullable Duration left(HttpTransport transport, @Nullable Object credential) {
    return credential instanceof Token token ? token.left(transport.time().nanoTime()) : null;
  }

  @Override
  String header() {
    return "Authorization";
  }

  @Override
  String value(@Nullable Object credential) {
    return credential instanceof Token token ? token.header : super.value(credential);
  }

  // The next attempt waits for the new token, within its own time.
  @Override
  @SuppressWarnings("ReferenceEquality") // a token is replaced, never changed
  boolean renew(HttpTransport transport, @Nullable Object refused) {
    synchronized (lock) {
      if (current != null && current == refused) {
        current = null;
        if (flight == null && !isPaused(transport.time().nanoTime())) {
          begin(transport);
        }
      }
      return true;
    }
  }

  /** Returns who asks for the token and where, without any secret. */
  @Override
  public String toString() {
    return "OAuth2[" + endpoint + "]";
  }

  private static Token await(CompletableFuture<Token> running, Attempt<?> attempt) {
    CompletableFuture<Token> mine = running.copy();
    attempt.onCancel(() -> mine.cancel(false));
    try {
      return mine.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Refusal refusal) {
        // A new one for each call that waits, since the engine writes each call's outcome into it.
        throw new TokenException(refusal.failure);
      }
      throw e;
    }
  }

  private boolean isPaused(long now) {
    return lastFailure != null && now - pausedUntil < 0;
  }

  // Called with the lock held.
  private void begin(HttpTransport transport) {
    CompletableFuture<Token> started = new CompletableFuture<>();
    flight = started;
    Thread thread = new Thread(() -> fetch(transport, started), "parley-token");
    thread.setDaemon(true);
    thread.start();
  }

  private void fetch(HttpTransport transport, CompletableFuture<Token> result) {
    Token token = null;
    Failure failure;
    try {
      token = fetch(transport);
      failure = null;
    } catch (Refusal e) {
      failure = e.failure;
    } catch (RuntimeException | Error e) {
      // An Error too: whoever waits for the token must hear of the end.
      failure = endpoint.failure(Kind.LOCAL, "the request could not be made", e);
    }
    synchronized (lock) {
      flight = null;
      if (failure == null) {
        current = token;
        lastFailure = null;
        pause = 0;
      } else {
        lastFailure = failure;
        pause = pause == 0 ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, 2 * pause);
        pausedUntil = transport.time().nanoTime() + pause;
      }
    }
    if (failure == null) {
      result.complete(token);
    } else {
      result.completeExceptionally(new Refusal(failure, false));
    }
  }

  private Token fetch(HttpTransport transport) throws Refusal {
    String refresh = refreshTokenToUse();
    TokenEndpoint.Grant grant;
    try {
      grant = endpoint.ask(transport, refresh);
    } catch (Refusal e) {
      if (e.mayHaveActed && rotating) {
        synchronized (lock) {
          usedUp = refresh;
        }
      }
      throw e;
    }
    String next = grant.refresh();
    if (next != null && refreshToken != null) {
      synchronized (lock) {
        rotated = next;
      }
      onRotation.accept(next);
    }
    return new Token("Bearer " + grant.access(), grant.asked(), grant.lifetimeSeconds());
  }

  private @Nullable String refreshTokenToUse() throws Refusal {
    if (refreshToken == null) {
      return null;
    }
    String given = refreshToken.get();
    synchronized (lock) {
      // What the server gave last counts, until the supplier tells of a new sign-in.
      String token = rotated != null && given.equals(lastGiven) ? rotated : given;
      lastGiven = given;
      if (token.equals(usedUp)) {
        throw new Refusal(
            endpoint.failure(
                Kind.AUTHENTICATION,
                "the refresh token may have been used up by a request whose answer was lost; sign"
                    + " in again",
                null),
            false);
      }
      return token;
    }
  }

  /** One access token. */
  private static final class Token {
    final String header;
    private final long expires; // 0 for never
    private final long due;

    Token(String header, long asked, long lifetimeSeconds) {
      this.header = header;
      if (lifetimeSeconds < 0 || lifetimeSeconds > TimeUnit.DAYS.toSeconds(36_500)) {
        this.expires = 0;
        this.due = 0;
      } else {
        long lifetime = TimeUnit.SECONDS.toNanos(lifetimeSeconds);
        this.expires = orOne(asked + lifetime);
        double share = 0.8 - 0.1 * ThreadLocalRandom.current().nextDouble();
        this.due = orOne(asked + (long) (share * lifetime));
      }
    }

    boolean isExpired(long now) {
      return expires != 0 && now - expires >= 0;
    }

    @Nullable Duration left(long now) {
      return expires == 0 ? null : Duration.ofNanos(expires - now);
    }

    boolean isDue(long now) {
      return due != 0 && now - due >= 0;
    }

    private static long orOne(long nanos) {
      return nanos == 0 ? 1 : nanos;
    }
  }

  /** Makes an {@link OAuth2} credential. */
  public static final class Builder {
    private final HttpUrl endpoint;
    private final String clientId;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private @Nullable Supplier<String> clientSecret;
    private @Nullable Supplier<String> refreshToken;
    private Consumer<String> onRotation = token -> {};
    private boolean rotating = true;
    private boolean secretInBody;

    private Builder(URI tokenEndpoint, String clientId) {
      HttpUrl url = HttpUrl.get(tokenEndpoint);
      if (url == null) {
        throw new IllegalArgumentException("the token endpoint must be an http or https address");
      }
      this.endpoint = url;
      this.clientId = Objects.requireNonNull(clientId, "clientId");
    }

    /** Sets the client's secret. Defaults to none for a refresh token. */
    public Builder clientSecret(Supplier<String> secret) {
      this.clientSecret = Objects.requireNonNull(secret, "secret");
      return this;
    }

    /** Sends name and secret in the body in place of HTTP Basic. */
    public Builder secretInBody() {
      this.secretInBody = true;
      return this;
    }

    /** Sets the scopes, separated by spaces. Defaults to those that the server gives. */
    public Builder scope(String scope) {
      return parameter("scope", scope);
    }

    /** Adds a parameter of the token request, such as {@code audience}. */
    public Builder parameter(String name, String value) {
      parameters.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /** Sets what stores the refresh token that replaces the last one. Defaults to nothing. */
    public Builder onRotation(Consumer<String> store) {
      this.onRotation = Objects.requireNonNull(store, "store");
      return this;
    }

    /** Sets whether a refresh token can be used once only. Defaults to true, to be safe. */
    public Builder rotating(boolean once) {
      this.rotating = once;
      return this;
    }

    /** Returns the credential. */
    public OAuth2 build() {
      return new OAuth2(this);
    }
  }
}
