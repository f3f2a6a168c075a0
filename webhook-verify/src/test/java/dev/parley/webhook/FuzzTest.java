package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Changes genuine requests at random: none may end in an exception, and one that is accepted must
 * still say what was signed. {@code -Dparley.fuzz.mutations=10000000} does more of it, {@code
 * -Dparley.fuzz.seed=…} the same again.
 */
class FuzzTest {
  private static final long MUTATIONS = Long.getLong("parley.fuzz.mutations", 200_000);
  private static final long SEED = Long.getLong("parley.fuzz.seed", System.nanoTime());

  private static final String JUNK =
      "\0\t\r\n ,;=.:|&?%+-_/\\\"'{}[]()<>*#@!~aAzZ09fF\u007fé\u0660０\ud800\ufeff";
  private static final List<String> PIECES =
      List.of(
          "v1=",
          "v0=",
          "t=",
          "ts=",
          "v1,",
          "v1a,",
          "sha256=",
          "sha1=",
          "h1=",
          "Bearer ",
          "Basic ",
          "1763700000",
          "1763700000000",
          "99999999999999999999",
          "-1",
          "NaN",
          "0x1",
          "2025-11-21T04:40:00Z",
          "{\"a\":",
          "[[[[",
          "null",
          "%zz",
          "%2e",
          "==",
          "A".repeat(200),
          "0".repeat(64),
          "A".repeat(43) + "=",
          "sig1=(\"@method\");created=1",
          "sig1=:AAAA:");

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long SUSPICIOUS_NANOS = 2_000_000;

  /** Bodies are of 900 KB at most here. */
  private static final long LARGEST_ALLOCATION = 64 << 20;

  private static final Instant NOW = Instant.ofEpochSecond(1_763_700_000);
  private static final String SECRET = "1f2e3d4c5b6a79880f1e2d3c4b5a6978";
  private static final String STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String PRIVATE =
      "whsk_xEmvHqSKUQVaBUIpDdv8KbidEPOQoVbdiLg/54ba9RKqbd2ySyWG9N59w23uCrVzgDWGb6KTgDLFvGeRWKtVSQ==";
  private static final String PUBLIC = "whpk_qm3dskslhvTefcNt7gq1c4A1hm+ik4AyxbxnkVirVUk=";
  private static final String ADYEN_KEY =
      "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB11";

  /** Every header that counts for some scheme. */
  private static final List<String> NAMES = headerNames();

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final List<Case> light = new ArrayList<>();
  private final List<Case> heavy = new ArrayList<>();
  private Instant now = Instant.EPOCH;

  /** A genuine request, and what of it was signed. */
  private record Case(
      WebhookVerifier verifier,
      WebhookVerifier stranger,
      Instant now,
      WebhookRequest request,
      List<String> names,
      Map<String, String> essence) {}

  FuzzTest() throws IllegalAccessException {
    for (Vectors.Vector vector : Vectors.ours()) {
      if (vector.isValid() && !vector.id().equals("CP-mailgun-007")) {
        add(caseOf(vector));
      }
    }
    for (Scheme scheme : ProvidersTest.all()) {
      if (scheme.method() instanceof TextSignature text
          && text.fields().get(0).isPlainHeader()
          && scheme.keyFormat().compareTo(KeyFormat.ED25519_HEX) < 0) {
        boolean isStandard = scheme.keyFormat() == KeyFormat.STANDARD_WEBHOOKS;
        String key = isStandard ? STANDARD : SECRET;
        String other = isStandard ? WebhookSigner.newSecret() : SECRET.replace('1', '2');
        add(scheme, key, other, ProvidersTest.signed(scheme, text, key), NOW);
      }
    }
    TextSignature standard = (TextSignature) Providers.STANDARD_WEBHOOKS.method();
    add(
        Providers.STANDARD_WEBHOOKS,
        PUBLIC,
        WebhookSigner.newKeyPair().publicKey(),
        ProvidersTest.signed(Providers.STANDARD_WEBHOOKS, standard, PRIVATE),
        NOW);
    String item = ProvidersTest.adyenItem(ADYEN_KEY, "1", "true");
    WebhookRequest adyen = ProvidersTest.adyen(item, item);
    add(Providers.ADYEN, ADYEN_KEY, ADYEN_KEY.replace('D', 'E'), adyen, NOW);
    String clientKey = "client";
    add(
        Providers.jiraConnect(clientKey),
        SECRET,
        SECRET.replace('1', '2'),
        ProvidersTest.jira("/hook?b=2&a=x%20y", clientKey),
        NOW);
    Certs certs = FetchedKeysAttacksTest.CERTS;
    add(
        Providers.sns(FetchedKeysAttacksTest.TOPIC),
        certs.leaf("sns.amazonaws.com"),
        FetchedKeysAttacksTest.notification(FetchedKeysAttacksTest.CERTIFICATE, "2"));
    add(
        Providers.payPal("WEBHOOK"),
        certs.leaf("messageverificationcerts.paypal.com"),
        FetchedKeysAttacksTest.payPal("SHA256withRSA", "{}"));
  }

  private void add(
      Scheme scheme, String key, String other, WebhookRequest request, Instant signed) {
    add(
        new Case(
            WebhookVerifier.builder(scheme).clock(() -> now).key("k", key).build(),
            WebhookVerifier.builder(scheme).clock(() -> now).key("k", other).build(),
            signed,
            request,
            NAMES.stream().filter(name -> !request.headers(name).isEmpty()).toList(),
            essence(scheme, request)));
  }

  private void add(Scheme scheme, X509Certificate certificate, WebhookRequest request) {
    WebhookVerifier.Builder verifier = WebhookVerifier.builder(scheme).clock(() -> now);
    byte[] other = Certs.pem(new Certs(2).leaf("sns.amazonaws.com"));
    add(
        new Case(
            verifier.fetcher(query -> Certs.pem(certificate)).build(),
            verifier.fetcher(query -> other).build(),
            FetchedKeysAttacksTest.NOW,
            request,
            NAMES.stream().filter(name -> !request.headers(name).isEmpty()).toList(),
            essence(scheme, request)));
  }

  private void add(Case each) {
    (isHeavy(each.verifier()) ? heavy : light).add(each);
  }

  @Test
  @Tag("slow")
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void neverThrowsAndNeverAcceptsWhatWasNotSigned() {
    Map<Reason, Long> outcomes = new EnumMap<>(Reason.class);
    long slowest = 0;
    long largest = 0;
    for (long i = 0; i < MUTATIONS; i++) {
      List<Case> cases = random.nextInt(50) == 0 ? heavy : light;
      Case original = cases.get(random.nextInt(cases.size()));
      now = original.now();
      WebhookRequest request = mutate(original);
      boolean isStranger = random.nextInt(16) == 0;
      WebhookVerifier verifier = isStranger ? original.stranger() : original.verifier();

      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      Verification verification = verifier.verify(request);
      boolean accepted = verification.isVerified();
      if (accepted) {
        verification.deduplicationKey();
      }
      if (System.nanoTime() - start > SUSPICIOUS_NANOS) {
        slowest = Math.max(slowest, cpuNanos(verifier, request));
      }
      largest = Math.max(largest, THREADS.getCurrentThreadAllocatedBytes() - allocated);
      outcomes.merge(verification.reason(), 1L, Long::sum);

      if (verification.reason() == Reason.INTERNAL
          || (accepted && (isStranger || !isStillGenuine(original, request)))) {
        throw new AssertionError(
            Json.quote(
                "seed %d, mutation %d: %s\n%s\n%s"
                    .formatted(
                        SEED,
                        i,
                        verification,
                        essence(original.verifier().scheme(), request),
                        original.essence())));
      }
    }
    System.out.println(
        "fuzz: "
            + MUTATIONS
            + " mutations, seed "
            + SEED
            + ", slowest "
            + Duration.ofNanos(slowest).toMillis()
            + " ms, largest "
            + largest / 1024
            + " KiB, "
            + outcomes);
    assertThat(outcomes).containsKeys(Reason.VERIFIED, Reason.MISMATCH, Reason.MALFORMED);
    assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(5));
    assertThat(largest).as("bytes for one request").isLessThan(LARGEST_ALLOCATION);
  }

  /** Does it again, since time that others took does not count. */
  private static long cpuNanos(WebhookVerifier verifier, WebhookRequest request) {
    long start = THREADS.getCurrentThreadCpuTime();
    verifier.verify(request);
    return THREADS.getCurrentThreadCpuTime() - start;
  }

  private static List<String> headerNames() {
    Set<String> names =
        new TreeSet<>(
            List.of(
                "webhook-id",
                "Twitch-Eventsub-Message-Id",
                "Authorization",
                "Content-Type",
                "BOX-SIGNATURE-VERSION",
                "BOX-SIGNATURE-ALGORITHM",
                "PAYPAL-TRANSMISSION-ID",
                "X-HubSpot-Signature-Version",
                "PAYPAL-TRANSMISSION-TIME",
                "PAYPAL-AUTH-ALGO",
                "PAYPAL-CERT-URL",
                "PAYPAL-TRANSMISSION-SIG"));
    try {
      for (Scheme scheme : ProvidersTest.all()) {
        if (scheme.method() instanceof TextSignature text) {
          text.fields().forEach(field -> names.add(field.where()));
          if (text.timeSource() != null && text.timeSource().header() != null) {
            names.add(text.timeSource().header());
          }
        }
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
    return List.copyOf(names);
  }

  private Case caseOf(Vectors.Vector vector) {
    Scheme scheme = vector.scheme();
    WebhookRequest request = vector.request();
    List<String> names = new ArrayList<>();
    ((Map<?, ?>) Json.at(vector.json(), "headers"))
        .keySet()
        .forEach(name -> names.add(name.toString()));
    return new Case(
        verifier(vector, scheme, vector.text("secret.value")),
        verifier(vector, scheme, otherKey(vector)),
        vector.now(),
        request,
        names,
        essence(scheme, request));
  }

  private WebhookVerifier verifier(Vectors.Vector vector, Scheme scheme, String key) {
    WebhookVerifier.Builder verifier =
        WebhookVerifier.builder(scheme)
            .clock(() -> now)
            .fetcher(query -> {
              if (key.equals(vector.text("secret.value"))) {
                return vector.fetch(query);
              }
              throw new java.io.IOException("no such key");
            });
    if (!scheme.method().algorithms().isEmpty()) {
      verifier.key("k", key);
    }
    return verifier.build();
  }

  private static String otherKey(Vectors.Vector vector) {
    return switch (vector.text("secret.type")) {
      case "whsec" -> "whsec_" + "B".repeat(32);
      case "hex" -> "AB".repeat(32);
      case "ed25519-public-hex" -> Jwt.hex(Arrays.copyOfRange(Ed25519.generate(), 32, 64));
      case "spki-pem" ->
          Encoding.BASE64.encode(
              Ed25519.publicKey(Arrays.copyOfRange(Ed25519.generate(), 32, 64)).getEncoded());
      default -> "another secret, of 32 characters";
    };
  }

  private static boolean isHeavy(WebhookVerifier verifier) {
    Scheme scheme = verifier.scheme();
    return scheme.method().algorithms().isEmpty()
        || scheme.method().algorithms().contains(Algorithm.ED25519)
            && !scheme.method().algorithms().contains(Algorithm.HMAC_SHA256)
        || scheme.method() instanceof Rfc9421;
  }

  // ---- What was signed
  // -----------------------------------------------------------------------------

  private boolean isStillGenuine(Case original, WebhookRequest request) {
    Scheme scheme = original.verifier().scheme();
    if (scheme.replayProtection() == ReplayProtection.TIMESTAMP
        && !isToken(scheme)
        && Duration.between(original.now(), now).abs().compareTo(scheme.tolerance().multipliedBy(2))
            > 0) {
      return false;
    }
    return essence(scheme, request).equals(original.essence());
  }

  /** A token says itself how long it is good for. */
  private static boolean isToken(Scheme scheme) {
    return scheme.name().equals("google-pubsub");
  }

  /** All that a signature is over, part by part: two requests with the same are the same. */
  private static Map<String, String> essence(Scheme scheme, WebhookRequest request) {
    Map<String, String> essence = new TreeMap<>();
    Material material = new Material(request);
    Method method = scheme.method();
    if (scheme.name().equals("svix") || scheme.name().equals("resend")) {
      boolean svix = request.header("svix-signature") != null;
      method = Providers.STANDARD_WEBHOOKS.method();
      String prefix = svix ? "svix-" : "webhook-";
      essence.put("body", hex(request));
      essence.put("id", request.header(prefix + "id"));
      essence.put("time", request.header(prefix + "timestamp"));
    } else if (method instanceof TextSignature text) {
      if (text.signed().uses("{body}")) {
        essence.put("body", hex(request));
      }
      if (text.signed().uses("{method}")) {
        essence.put("method", request.method());
      }
      if (text.signed().uses("{url}")) {
        essence.put("url", Urls.hubSpot(withoutPort(request.url())).get(0));
      }
      if (text.signed().uses("{form}")) {
        essence.put("form", material.form().sorted());
      }
      if (text.signed().uses("{json:signature.token}")) {
        essence.put("token", material.json("signature.token"));
        essence.put("time", material.json("signature.timestamp"));
      }
      for (String name : NAMES) {
        if (text.signed().uses("{header:" + name + "}")) {
          essence.put(name, request.header(name));
        }
      }
      if (text.timeSource() != null && text.timeSource().header() != null) {
        essence.put("time", String.valueOf(request.header(text.timeSource().header())));
      } else if (text.time() != null && text.timeSource() == null) {
        essence.put("time", time(request.header(text.fields().get(0).where())));
      }
      if (text.algorithms().contains(Algorithm.TOKEN)) {
        String where = text.fields().get(0).where();
        essence.put("token", request.header(where));
      }
    } else {
      switch (scheme.name()) {
        case "twilio" -> {
          essence.put("url", withoutPort(request.url()));
          essence.put(
              "body",
              request.query().contains("bodySHA256") ? hex(request) : material.form().sorted());
        }
        case "contentful" -> {
          essence.put("body", hex(request));
          essence.put("method", request.method());
          essence.put("path", Urls.pathAndQuery(request.url()).replaceFirst("\\?$", ""));
          for (String name :
              request.header("x-contentful-signed-headers").toLowerCase(Locale.ROOT).split(",")) {
            essence.put(name, request.header(name).toLowerCase(Locale.ROOT));
          }
        }
        case "braintree" -> essence.put("payload", material.form().get("bt_payload").strip());
        case "google-pubsub" -> essence.put("token", request.header("Authorization"));
        case "netlify" -> {
          essence.put("body", hex(request));
          essence.put("token", request.header("X-Webhook-Signature"));
        }
        case "plaid" -> {
          essence.put("body", hex(request));
          essence.put("token", request.header("Plaid-Verification"));
        }
        case "adyen" -> {
          for (Object each : Json.list(Json.at(material.json(), "notificationItems"))) {
            essence.merge(
                "items",
                List.of(
                            "pspReference",
                            "originalReference",
                            "merchantAccountCode",
                            "merchantReference",
                            "amount.value",
                            "amount.currency",
                            "eventCode",
                            "success")
                        .stream()
                        .map(field -> "NotificationRequestItem." + field)
                        .map(field -> String.valueOf(Json.text(Json.at(each, field))))
                        .map(value -> value.equals("null") ? "" : value)
                        .toList()
                    + "",
                String::concat);
          }
        }
        case "jira-connect" -> {
          essence.put("token", request.header("Authorization"));
          essence.put("request", JwtSchemes.canonicalRequest(request));
        }
        case "aws-sns" -> {
          for (String name :
              List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")) {
            essence.put(name, String.valueOf(material.json(name)));
          }
        }
        case "paypal" -> {
          CRC32 crc = new CRC32();
          crc.update(request.body());
          essence.put("body", "" + crc.getValue());
          essence.put("id", request.header("PAYPAL-TRANSMISSION-ID"));
          essence.put("time", request.header("PAYPAL-TRANSMISSION-TIME"));
        }
        case "shopify" -> essence.put("body", hex(request));
        case "http-message-signatures" -> {
          essence.put("method", request.method());
          essence.put("input", request.header("Signature-Input"));
          for (String name : List.of("Date", "Content-Type", "Content-Length")) {
            essence.put(
                name, request.headers(name).stream().map(String::strip).toList().toString());
          }
          essence.put("length", "" + request.body().length);
          essence.put("path", Urls.withoutQuery(Urls.pathAndQuery(request.url())));
        }
        default -> throw new IllegalStateException("what does " + scheme.name() + " sign?");
      }
    }
    return essence;
  }

  private static String hex(WebhookRequest request) {
    return Jwt.hex(request.body());
  }

  private static @Nullable String withoutPort(@Nullable String url) {
    return url == null ? null : url.replaceFirst("^(https://[^/:]*):443(?=[/?#]|$)", "$1");
  }

  private static @Nullable String time(@Nullable String header) {
    for (String entry : header == null ? new String[0] : header.split("[,;]")) {
      if (entry.strip().startsWith("t=") || entry.strip().startsWith("ts=")) {
        return entry.strip();
      }
    }
    return null;
  }

  // ---- Mutations
  // -----------------------------------------------------------------------------------

  private WebhookRequest mutate(Case original) {
    Map<String, List<String>> headers = new HashMap<>();
    for (String name : original.names()) {
      headers.put(name, new ArrayList<>(original.request().headers(name)));
    }
    byte[] body = original.request().body();
    String url = Objects.requireNonNullElse(original.request().url(), "/");
    String method = original.request().method();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> body = bytes(body);
        case 3 -> url = text(url);
        case 4 ->
            method = random.nextBoolean() ? text(method) : pick(List.of("GET", "PUT", "OPTIONS"));
        case 5 -> now = now.plusSeconds(random.nextLong(-2000, 2000));
        case 6 -> body = shift(headers, body);
        default -> mutateHeader(original, headers);
      }
    }
    return WebhookRequest.builder().method(method).url(url).headers(headers).body(body).build();
  }

  /** Moves the border between a signed header and the body, where nothing separates them. */
  private byte[] shift(Map<String, List<String>> headers, byte[] body) {
    List<String> names = new ArrayList<>(headers.keySet());
    List<String> values = names.isEmpty() ? List.of() : headers.get(pick(names));
    if (values == null || values.isEmpty() || body.length == 0) {
      return body;
    }
    String value = values.get(0);
    int count = 1 + random.nextInt(4);
    if (random.nextBoolean() && body.length > count) {
      values.set(0, value + new String(body, 0, count, StandardCharsets.ISO_8859_1));
      return Arrays.copyOfRange(body, count, body.length);
    }
    if (value.length() <= count) {
      return body;
    }
    ByteArrayOutputStream longer = new ByteArrayOutputStream();
    longer.writeBytes(value.substring(value.length() - count).getBytes(StandardCharsets.UTF_8));
    longer.writeBytes(body);
    values.set(0, value.substring(0, value.length() - count));
    return longer.toByteArray();
  }

  private void mutateHeader(Case original, Map<String, List<String>> headers) {
    if (original.names().isEmpty()) {
      return;
    }
    String name = pick(original.names());
    List<String> values = headers.computeIfAbsent(name, none -> new ArrayList<>());
    switch (random.nextInt(8)) {
      case 0 -> headers.remove(name);
      case 1 -> values.add(text(values.isEmpty() ? "" : values.get(0)));
      case 2 ->
          headers.put(name.toLowerCase(Locale.ROOT) + (random.nextBoolean() ? "" : "x"), values);
      case 3 -> values.replaceAll(value -> value.toUpperCase(Locale.ROOT));
      case 4 -> headers.put(pick(original.names()), List.copyOf(values));
      default -> values.replaceAll(this::text);
    }
    headers.replaceAll((key, list) -> new ArrayList<>(list));
  }

  private String text(String text) {
    int at = random.nextInt(text.length() + 1);
    int to = at + random.nextInt(Math.min(4, text.length() - at) + 1);
    String head = text.substring(0, at);
    String tail = text.substring(to);
    return switch (random.nextInt(8)) {
      case 0 -> head + tail;
      case 1 -> head;
      case 2 -> head + JUNK.charAt(random.nextInt(JUNK.length())) + text.substring(at);
      case 3 -> head + JUNK.charAt(random.nextInt(JUNK.length())) + tail;
      case 4 -> head + pick(PIECES) + tail;
      case 5 -> text + "," + text;
      case 6 ->
          random.nextInt(20_000) == 0 ? text.repeat(1 + 200_000 / (text.length() + 1)) : text + ' ';
      default -> head + (char) random.nextInt(256) + tail;
    };
  }

  private byte[] bytes(byte[] body) {
    byte[] copy = body.clone();
    int at = random.nextInt(body.length + 1);
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> {
        if (at < copy.length) {
          copy[at] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
      }
      case 3 -> {
        return Arrays.copyOf(copy, at);
      }
      case 4 -> {
        return Arrays.copyOf(copy, copy.length + 1);
      }
      case 5 -> {
        return Encoding.utf8(pick(PIECES).repeat(random.nextInt(20_000) == 0 ? 30_000 : 3));
      }
      default -> {
        String text = new String(copy, StandardCharsets.ISO_8859_1);
        return text(text)
            .getBytes(random.nextBoolean() ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
      }
    }
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
