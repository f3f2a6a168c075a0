package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallOptions;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.RetryPolicy;
import dev.parley.http.Auth;
import dev.parley.http.Http;
import dev.parley.http.OAuth2;
import dev.parley.http.TokenException;
import dev.parley.spi.Breaker;
import dev.parley.spi.Stages;
import dev.parley.spi.Target;
import dev.parley.testkit.VirtualTime;
import dev.parley.testkit.fault.RawServer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuthTest {
  private static final Operation<Void, String> GET =
      Operation.of("me", Void.class, String.class).bind(Http.get("/me"));

  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(30));
  }

  /** An API whose tokens are numbered, with their token endpoint. */
  private static final class Shop implements AutoCloseable {
    final AtomicInteger issued = new AtomicInteger();
    final AtomicInteger valid = new AtomicInteger(1); // the least number that is accepted
    final AtomicInteger unauthorized = new AtomicInteger();
    final List<String> tokenRequests = new CopyOnWriteArrayList<>();
    final ConcurrentHashMap<String, AtomicInteger> arrivals = new ConcurrentHashMap<>();
    volatile CountDownLatch all = new CountDownLatch(0); // 401 is held back until all are there
    volatile CountDownLatch tokens = new CountDownLatch(0); // token requests wait for it
    volatile int tokenStatus = 200;
    volatile String expiresIn = "";
    final TestServer server =
        TestServer.start((arrival, exchange) -> {
          if (arrival.path().equals("/token")) {
            tokenRequests.add(arrival.text());
            tokens.await(30, TimeUnit.SECONDS);
            if (tokenStatus != 200) {
              TestServer.json(exchange, tokenStatus, "{\"error\":\"invalid_grant\"}");
              return;
            }
            int number = issued.incrementAndGet();
            TestServer.json(
                exchange,
                200,
                "{\"access_token\":\"t"
                    + number
                    + "\",\"token_type\":\"Bearer\",\"refresh_token\":\"r"
                    + number
                    + "\""
                    + expiresIn
                    + "}");
            return;
          }
          String token = arrival.headers().first("Authorization");
          arrivals.computeIfAbsent(token, each -> new AtomicInteger()).incrementAndGet();
          if (Integer.parseInt(token.substring("Bearer t".length())) < valid.get()) {
            CountDownLatch held = all;
            unauthorized.incrementAndGet();
            held.countDown();
            held.await(30, TimeUnit.SECONDS);
            exchange.setStatusCode(401);
            return;
          }
          TestServer.send(exchange, 200, "text/plain", token.getBytes());
        });

    URI tokenEndpoint() {
      return URI.create(server.uri() + "/token");
    }

    OAuth2.Builder clientCredentials() {
      return OAuth2.clientCredentials(tokenEndpoint(), "shop client", () -> "s3cret:&");
    }

    @Override
    public void close() {
      server.close();
    }
  }

  private RestChannel open(Shop shop, Auth auth) {
    return open(shop, auth, parley);
  }

  private static RestChannel open(Shop shop, Auth auth, Parley parley) {
    return RestChannel.builder(shop.server.uri()).auth(auth).open(parley);
  }

  @Test
  void sendsBearerBasicAndKeys() {
    try (TestServer server =
        TestServer.start((arrival, exchange) ->
            TestServer.send(
                exchange,
                200,
                "text/plain",
                (arrival.headers().first("Authorization")
                        + " "
                        + arrival.headers().first("X-Api-Key")
                        + " "
                        + arrival.query())
                    .getBytes()))) {
      assertThat(call(server, Auth.bearer(() -> "abc"))).isEqualTo("Bearer abc null ");
      assertThat(call(server, Auth.basic("Aladdin", () -> "open sesame")))
          .isEqualTo("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== null ");
      assertThat(call(server, Auth.apiKey("X-Api-Key", () -> "k1"))).isEqualTo("null k1 ");
      assertThat(call(server, Auth.apiKeyInQuery("key", () -> "k 2&")))
          .isEqualTo("null null key=k%202%26");
      assertThat(
              call(
                  server,
                  Auth.signer(
                      request -> request.newBuilder().header("X-Api-Key", "signed").build())))
          .isEqualTo("null signed ");
    }
  }

  private String call(TestServer server, Auth auth) {
    return RestChannel.builder(server.uri()).auth(auth).open(parley).call(GET, null);
  }

  @Test
  void TOK_1_1000Concurrent401sMakeOneTokenRequest() throws Exception {
    int callers = 1000;
    try (Shop shop = new Shop()) {
      RestChannel api = open(shop, shop.clientCredentials().build());
      assertThat(api.call(GET, null)).isEqualTo("Bearer t1");
      shop.valid.set(2);
      // As many as the server has workers for are all refused before the first is told so.
      shop.all = new CountDownLatch(60);
      shop.tokens = new CountDownLatch(1);

      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        calls.add(
            api.newCall(GET, null, CallOptions.DEFAULT.attemptTimeout(Duration.ofSeconds(25)))
                .submit()
                .thenAccept(reply -> assertThat(reply.body()).isEqualTo("Bearer t2")));
      }
      await().until(() -> shop.tokenRequests.size() == 2);
      shop.tokens.countDown();
      CompletableFuture.allOf(calls.toArray(new CompletableFuture<?>[0])).get(40, TimeUnit.SECONDS);

      assertThat(shop.tokenRequests).hasSize(2); // the first one, and one for all of them
      assertThat(shop.unauthorized).hasValueGreaterThanOrEqualTo(60);
      assertThat(shop.arrivals.get("Bearer t2")).hasValue(callers);
    }
  }

  @Test
  void TOK_1_waitersShareAFailure() throws Exception {
    // Who comes after the failure hears of it for a second, which does not pass here.
    try (Shop shop = new Shop();
        Parley timeless = Parley.builder().time(VirtualTime.create()).build()) {
      shop.tokenStatus = 400;
      shop.tokens = new CountDownLatch(1);
      RestChannel api = open(shop, shop.clientCredentials().build(), timeless);
      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        calls.add(api.newCall(GET, null, CallOptions.DEFAULT).submit());
      }
      await().until(() -> shop.tokenRequests.size() == 1);
      shop.tokens.countDown();

      for (CompletableFuture<?> call : calls) {
        Throwable failure = call.handle((reply, e) -> e).get(30, TimeUnit.SECONDS);
        assertThat(failure).isInstanceOf(TokenException.class);
        assertThat(((TokenException) failure).effect()).isEqualTo(Effect.NOT_SENT);
        assertThat(((TokenException) failure).kind()).isEqualTo(Kind.AUTHENTICATION);
        assertThat(failure.getMessage())
            .contains(
                "there is no access token for shop client from http://localhost:"
                    + shop.server.port()
                    + ": it answered 400 (invalid_grant)")
            .doesNotContain("s3cret");
      }
      assertThat(shop.tokenRequests).hasSize(1);
    }
  }

  @Test
  void TOK_2_a401ForAnOlderTokenReplaysWithTheCurrentOneWithoutRefresh() throws Exception {
    try (Shop shop = new Shop()) {
      RestChannel api = open(shop, shop.clientCredentials().build());
      api.call(GET, null);
      shop.valid.set(2);
      // The first call is refused late: after another one has renewed the token.
      shop.all = new CountDownLatch(2);
      var late = api.newCall(GET, null, CallOptions.DEFAULT).submit();
      await().until(() -> shop.unauthorized.get() == 1);
      CountDownLatch held = shop.all;
      shop.all = new CountDownLatch(0);
      assertThat(api.call(GET, null)).isEqualTo("Bearer t2");
      assertThat(shop.tokenRequests).hasSize(2);
      held.countDown();

      assertThat(late.get(30, TimeUnit.SECONDS).body()).isEqualTo("Bearer t2");
      assertThat(shop.tokenRequests).hasSize(2);
    }
  }

  @Test
  void TOK_3_renewsInTheBackgroundBeforeTheTokenExpires() {
    VirtualTime time = VirtualTime.create();
    try (Shop shop = new Shop();
        Parley virtual = Parley.builder().time(time).build()) {
      shop.expiresIn = ",\"expires_in\":100";
      RestChannel api = open(shop, shop.clientCredentials().build(), virtual);
      assertThat(api.call(GET, null)).isEqualTo("Bearer t1");
      time.advance(Duration.ofSeconds(69));
      assertThat(api.call(GET, null)).isEqualTo("Bearer t1");
      assertThat(shop.tokenRequests).hasSize(1);
      shop.tokens = new CountDownLatch(1);
      time.advance(Duration.ofSeconds(12));
      // Calls go on with the old token while the new one is under way.
      assertThat(api.call(GET, null)).isEqualTo("Bearer t1");
      await().until(() -> shop.tokenRequests.size() == 2);
      assertThat(api.call(GET, null)).isEqualTo("Bearer t1");
      shop.tokens.countDown();

      await().until(() -> api.call(GET, null).equals("Bearer t2"));
      assertThat(shop.unauthorized).hasValue(0);
    }
  }

  @Test
  void TOK_3_theTokenEndpointHasABreakerOfItsOwn() {
    List<Target> targets = new CopyOnWriteArrayList<>();
    Stages stages =
        new Stages() {
          @Override
          public Optional<Breaker> breaker(Target target) {
            targets.add(target);
            return target.credential().isEmpty() ? Optional.empty() : Optional.of(new OneStrike());
          }
        };
    try (Shop shop = new Shop();
        Parley guarded = Parley.builder().stages(stages).build()) {
      shop.tokenStatus = 503;
      RestChannel api =
          RestChannel.builder(shop.server.uri())
              .auth(shop.clientCredentials().build())
              .open(guarded);
      CallOptions once = CallOptions.DEFAULT.retry(RetryPolicy.DEFAULT.maxAttempts(1));
      List<String> failures = new ArrayList<>();
      // For a second after the first failure nobody asks the breaker either.
      await()
          .until(() -> {
            TokenException failure =
                catchThrowableOfType(
                    TokenException.class, () -> api.newCall(GET, null, once).execute());
            failures.add(failure.getMessage());
            return failure.getMessage().contains("its circuit breaker is open");
          });

      assertThat(failures.get(0)).contains("it answered 503");
      assertThat(shop.tokenRequests).hasSize(1);
      assertThat(targets)
          .contains(new Target("http", "localhost:" + shop.server.port(), "shop client"));
    }
  }

  /** Opens at the first failure, for good. */
  private static final class OneStrike implements Breaker {
    private volatile boolean open;

    @Override
    public boolean tryAcquire() {
      return !open;
    }

    @Override
    public void record(long elapsedNanos, ParleyException failure) {
      open |= failure != null;
    }

    @Override
    public void ignore() {}

    @Override
    public Duration openFor() {
      return Duration.ZERO;
    }

    @Override
    public String describe() {
      return "one strike";
    }
  }

  @Test
  void TOK_4_aSecond401IsFinal() {
    try (Shop shop = new Shop()) {
      shop.valid.set(100);
      RestChannel api = open(shop, shop.clientCredentials().build());

      RestException failure = catchThrowableOfType(RestException.class, () -> api.call(GET, null));

      assertThat(failure.status()).isEqualTo(401);
      assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
      assertThat(failure.attempts()).hasSize(2);
      assertThat(shop.unauthorized).hasValue(2);
      assertThat(shop.tokenRequests).hasSize(2);
    }
  }

  @Test
  void bearerIsSentAgainOnlyIfTheSupplierHasAnotherToken() {
    try (Shop shop = new Shop()) {
      shop.valid.set(2);
      AtomicReference<String> token = new AtomicReference<>("t1");
      RestChannel api = open(shop, Auth.bearer(token::get));
      RestException stale = catchThrowableOfType(RestException.class, () -> api.call(GET, null));
      assertThat(stale.attempts()).hasSize(1);

      AtomicInteger asked = new AtomicInteger();
      RestChannel renewing =
          open(shop, Auth.bearer(() -> asked.incrementAndGet() == 1 ? "t1" : "t2"));
      assertThat(renewing.call(GET, null)).isEqualTo("Bearer t2");
    }
  }

  @Test
  void clientCredentialsProveThemselvesByBasicAndSendScopes() {
    AtomicReference<TestServer.Arrival> seen = new AtomicReference<>();
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          if (arrival.path().equals("/token")) {
            seen.set(arrival);
            TestServer.json(exchange, 200, "{\"access_token\":\"a\",\"expires_in\":\"3600\"}");
          }
        })) {
      OAuth2 auth =
          OAuth2.clientCredentials(URI.create(server.uri() + "/token"), "id 1", () -> "s:&")
              .scope("orders:read orders:write")
              .build();
      RestChannel.builder(server.uri()).auth(auth).open(parley).call(GET, null);

      assertThat(seen.get().text())
          .isEqualTo("grant_type=client_credentials&scope=orders%3Aread+orders%3Awrite");
      // RFC 6749 2.3.1: both are form-encoded first.
      assertThat(seen.get().headers().first("Authorization"))
          .isEqualTo(okhttp3.Credentials.basic("id+1", "s%3A%26"));
      assertThat(auth).hasToString("OAuth2[id 1 at " + server.uri() + "]");
    }
  }

  @Test
  void refreshTokenRotates() {
    try (Shop shop = new Shop()) {
      List<String> stored = new ArrayList<>();
      OAuth2 auth =
          OAuth2.refreshToken(shop.tokenEndpoint(), "app", () -> "r0")
              .onRotation(stored::add)
              .build();
      RestChannel api = open(shop, auth);
      api.call(GET, null);
      shop.valid.set(2);
      assertThat(api.call(GET, null)).isEqualTo("Bearer t2");

      assertThat(shop.tokenRequests)
          .containsExactly(
              "grant_type=refresh_token&refresh_token=r0&client_id=app",
              "grant_type=refresh_token&refresh_token=r1&client_id=app");
      assertThat(stored).containsExactly("r1", "r2");
    }
  }

  @Test
  void TOK_3_rotatingRefreshTokenIsNotUsedAgainAfterAPossibleEffect() {
    try (RawServer idp =
            RawServer.start(peer -> {
              peer.read();
              peer.reset(); // it may have rotated the token
            });
        Shop shop = new Shop()) {
      AtomicReference<String> signIn = new AtomicReference<>("r0");
      OAuth2 auth =
          OAuth2.refreshToken(URI.create(idp.uri() + "/token"), "app", signIn::get).build();
      RestChannel api = open(shop, auth);

      TokenException failure =
          catchThrowableOfType(
              TokenException.class,
              () -> api.call(GET, null, CallOptions.DEFAULT.retry(RetryPolicy.NEVER)));
      assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
      assertThat(
              catchThrowableOfType(
                  TokenException.class,
                  () ->
                      api.call(
                          GET,
                          null,
                          CallOptions.DEFAULT.retry(
                              RetryPolicy.DEFAULT.base(Duration.ofMillis(1)).maxAttempts(5)))))
          .isNotNull();
      assertThat(idp.arrivals()).as("one token request however many attempts").hasSize(1);

      await()
          .untilAsserted(() ->
              assertThat(catchThrowableOfType(ParleyException.class, () -> api.call(GET, null)))
                  .hasMessageContaining("sign in again"));
      assertThat(idp.arrivals()).hasSize(1);
    }
  }
}
