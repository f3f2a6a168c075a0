package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.http.Auth;
import dev.parley.http.Http;
import dev.parley.http.Tls;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectTest {
  private static final Operation<Void, String> GET =
      Operation.of("get", Void.class, String.class).bind(Http.get("/start"));
  private static final CallOptions SECRETS =
      CallOptions.DEFAULT
          .idempotencyKey("key-1")
          .header("Cookie", "c=1")
          .header("X-Own-Secret", "s")
          .header("Accept-Language", "de");

  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close();
  }

  private static TestServer redirecting(int status, String to) {
    return TestServer.start((arrival, exchange) -> {
      if (arrival.path().equals("/start")) {
        TestServer.header(exchange, "Location", to);
        exchange.setStatusCode(status);
      } else {
        TestServer.send(exchange, 200, "text/plain", arrival.method().getBytes());
      }
    });
  }

  private RestChannel open(TestServer server) {
    return RestChannel.builder(server.uri()).auth(Auth.bearer(() -> "token")).open(parley);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void followsForSafe_andKeepsSecretsAtTheSameAuthority(int status) {
    try (TestServer server = redirecting(status, "/end?q=1")) {
      assertThat(open(server).call(GET, null, SECRETS)).isEqualTo("GET");

      assertThat(server.arrivals()).hasSize(2);
      TestServer.Arrival end = server.arrivals().get(1);
      assertThat(end.query()).isEqualTo("q=1");
      assertThat(end.headers().first("Authorization")).isEqualTo("Bearer token");
      assertThat(end.headers().first("Idempotency-Key")).isEqualTo("key-1");
      assertThat(end.headers().first("X-Own-Secret")).isEqualTo("s");
    }
  }

  @Test
  void dropsSecretsAtAnotherAuthority() {
    try (TestServer other = redirecting(200, "");
        TestServer server = redirecting(302, other.uri() + "/end")) {
      assertThat(open(server).call(GET, null, SECRETS)).isEqualTo("GET");

      TestServer.Headers end = other.arrivals().get(0).headers();
      assertThat(end.first("Authorization")).isNull();
      assertThat(end.first("Idempotency-Key")).isNull();
      assertThat(end.first("Cookie")).isNull();
      assertThat(end.first("X-Own-Secret")).isNull();
      assertThat(end.first("Accept-Language")).isEqualTo("de");
      assertThat(server.arrivals().get(0).headers().first("Authorization")).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void neverSendsAPostAgain(int status) {
    try (TestServer server = redirecting(status, "/end")) {
      Operation<String, String> post =
          Operation.of("post", String.class, String.class)
              .with(Idempotency.KEYED)
              .bind(Http.post("/start"));

      RestException failure =
          catchThrowableOfType(RestException.class, () -> open(server).call(post, "x"));

      assertThat(failure.status()).isEqualTo(status);
      assertThat(failure.getMessage()).contains("; redirects are followed for safe requests only");
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @Test
  void followsAtMost10() {
    try (TestServer server = redirecting(302, "/start")) {
      ProtocolException failure =
          catchThrowableOfType(ProtocolException.class, () -> open(server).call(GET, null));

      assertThat(failure.getMessage())
          .contains(
              "GET /start answered 302, a redirect for the 11th time; at most 10 are followed");
      assertThat(server.arrivals()).hasSize(11);
    }
  }

  @Test
  void refusesRedirectsThatLeadNowhere() {
    try (TestServer server = redirecting(302, "ftp://x.example/")) {
      assertThat(catchThrowableOfType(ProtocolException.class, () -> open(server).call(GET, null)))
          .hasMessageContaining("a redirect without a location that HTTP can go to");
    }
  }

  @Test
  void neverGoesFromHttpsToHttp() {
    HeldCertificate certificate =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    try (TestServer plain = redirecting(200, "");
        TestServer server =
            TestServer.startSecure(
                new HandshakeCertificates.Builder()
                    .heldCertificate(certificate)
                    .build()
                    .sslContext(),
                (arrival, exchange) -> {
                  TestServer.header(exchange, "Location", plain.uri() + "/end");
                  exchange.setStatusCode(302);
                })) {
      RestChannel api =
          RestChannel.builder(server.uri())
              .tls(Tls.DEFAULT.trust(certificate.certificate()))
              .open(parley);

      ParleyException failure =
          catchThrowableOfType(ParleyException.class, () -> api.call(GET, null));

      assertThat(failure)
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("a redirect from https to http, which is not followed");
      assertThat(plain.arrivals()).isEmpty();
    }
  }
}
