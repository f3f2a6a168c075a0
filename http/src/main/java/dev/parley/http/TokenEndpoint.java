package dev.parley.http;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.spi.Breaker;
import dev.parley.spi.Target;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.Credentials;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Who gives access tokens, and how it is asked for one: once, through a breaker of its own. */
final class TokenEndpoint {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int MAX_ANSWER = 256 * 1024;

  private final HttpUrl url;
  private final String clientId;
  private final @Nullable Supplier<String> clientSecret;
  private final boolean secretInBody;
  private final Map<String, String> parameters;

  TokenEndpoint(
      HttpUrl url,
      String clientId,
      @Nullable Supplier<String> clientSecret,
      boolean secretInBody,
      Map<String, String> parameters) {
    this.url = url;
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    this.secretInBody = secretInBody;
    this.parameters = Map.copyOf(parameters);
  }

  /** Asks for a token, by a refresh token if there is one. */
  Grant ask(HttpTransport transport, @Nullable String refresh) throws Refusal {
    Target target = new Target(url.scheme(), url.host() + ":" + url.port(), clientId);
    Breaker breaker = transport.context().breaker(target).orElse(null);
    if (breaker == null) {
      return request(transport, refresh);
    }
    if (!breaker.tryAcquire()) {
      throw new Refusal(
          failure(Kind.TRANSIENT, "its circuit breaker is open", null)
              .withRetryAfter(breaker.openFor()),
          false);
    }
    long asked = transport.time().nanoTime();
    try {
      Grant grant = request(transport, refresh);
      breaker.record(transport.time().nanoTime() - asked, null);
      return grant;
    } catch (Refusal e) {
      record(breaker, transport.time().nanoTime() - asked, e.failure);
      throw e;
    } catch (RuntimeException | Error e) {
      breaker.ignore();
      throw e;
    }
  }

  private static void record(Breaker breaker, long elapsed, Failure failure) {
    switch (failure.kind()) {
      case AUTHENTICATION -> breaker.record(elapsed, null); // it answered
      case THROTTLED -> breaker.ignore();
      default -> breaker.record(elapsed, new TokenException(failure));
    }
  }

  private Grant request(HttpTransport transport, @Nullable String refresh) throws Refusal {
    Call call =
        transport.client().newBuilder().callTimeout(LIMIT).build().newCall(tokenRequest(refresh));
    Sent sent = new Sent();
    call.addEventListener(sent);
    long asked = transport.time().nanoTime();
    try (Response response = call.execute()) {
      byte[] body = Bodies.read(response, MAX_ANSWER);
      if (!response.isSuccessful()) {
        throw new Refusal(refusal(response.code(), body), response.code() >= 500);
      }
      return grant(body, asked);
    } catch (IOException e) {
      throw new Refusal(
          failure(Kind.TRANSIENT, "it cannot be reached", e),
          sent.sent && !HttpFailures.isNotProcessed(e));
    } catch (ParleyException e) {
      throw new Refusal(failure(Kind.PERMANENT, "its answer is too large", e), false);
    }
  }

  private Request tokenRequest(@Nullable String refresh) {
    FormBody.Builder form = new FormBody.Builder(StandardCharsets.UTF_8);
    if (refresh == null) {
      form.add("grant_type", "client_credentials");
    } else {
      form.add("grant_type", "refresh_token").add("refresh_token", refresh);
    }
    parameters.forEach(form::add);
    Request.Builder request = new Request.Builder().url(url).header("Accept", "application/json");
    if (clientSecret == null || secretInBody) {
      form.add("client_id", clientId);
      if (clientSecret != null) {
        form.add("client_secret", clientSecret.get());
      }
    } else {
      request.header(
          "Authorization", Credentials.basic(encoded(clientId), encoded(clientSecret.get())));
    }
    return request.post(form.build()).build();
  }

  private Grant grant(byte[] body, long asked) throws Refusal {
    Json answer = Json.of(body);
    String access = answer.text("/access_token");
    if (access == null || access.isEmpty()) {
      throw new Refusal(failure(Kind.PROTOCOL, "its answer holds no access_token", null), false);
    }
    String seconds = answer.text("/expires_in");
    long lifetime = -1;
    try {
      lifetime = seconds == null ? -1 : (long) Double.parseDouble(seconds);
    } catch (NumberFormatException e) {
      // As if the server had not told it.
    }
    return new Grant(access, answer.text("/refresh_token"), asked, lifetime);
  }

  private Failure refusal(int code, byte[] body) {
    String error;
    try {
      error = Json.of(body).text("/error");
    } catch (IllegalArgumentException e) {
      error = null;
    }
    // Codes of the standard are safe to show; anything else could be a secret that was echoed.
    boolean known = error != null && error.length() <= 40 && error.matches("[a-z_]+");
    Kind kind;
    if (code == 429) {
      kind = Kind.THROTTLED;
    } else {
      kind = code >= 500 ? Kind.TRANSIENT : Kind.AUTHENTICATION;
    }
    return failure(kind, "it answered " + code + (known ? " (" + error + ")" : ""), null);
  }

  /** States the facts of a token that could not be had. */
  Failure failure(Kind kind, String why, @Nullable Throwable cause) {
    return Failure.of(
            kind,
            Effect.NOT_SENT,
            "there is no access token for " + clientId + " from " + where() + ": " + why)
        .withCause(cause);
  }

  /** Returns who asks for the token and where, without any secret. */
  @Override
  public String toString() {
    return clientId + " at " + where();
  }

  private String where() {
    return url.scheme() + "://" + url.host() + ":" + url.port();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /**
   * What it gave.
   *
   * @param asked when it was asked for it
   * @param lifetimeSeconds how long it is good, negative if the server did not tell
   */
  record Grant(String access, @Nullable String refresh, long asked, long lifetimeSeconds) {}

  /** It gave none. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    final transient Failure failure;
    final boolean mayHaveActed; // so that a refresh token may be used up

    Refusal(Failure failure, boolean mayHaveActed) {
      super(failure.message(), failure.cause(), false, false);
      this.failure = failure;
      this.mayHaveActed = mayHaveActed;
    }
  }

  private static final class Sent extends okhttp3.EventListener {
    private volatile boolean sent;

    @Override
    public void requestHeadersStart(Call call) {
      sent = true;
    }
  }
}
