package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The attacks of {@link AttacksTest} that are about certificates, tokens and public keys. */
class FetchedKeysAttacksTest {
  static final String TOPIC = "arn:aws:sns:eu-central-1:123456789012:orders";
  static final String CERTIFICATE =
      "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
  static final Certs CERTS = new Certs();
  static final Instant NOW = Certs.FROM.plus(Duration.ofDays(30));

  private final List<String> fetched = new ArrayList<>();
  private Instant now = NOW;

  // ---- 36 to 38: certificates
  // ----------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void verifiesSns(String version) {
    Verification verification = sns(notification(CERTIFICATE, version));
    assertThat(verification.reason()).as("%s", verification).isEqualTo(Reason.VERIFIED);
    assertThat(verification.deduplicationKey()).isEqualTo("aws-sns:id:m-1");
    assertThat(verification.isDeliveryIdSigned()).isTrue();
    assertThat(fetched).containsExactly(CERTIFICATE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/SimpleNotificationService-1.pem",
        "https://sns.us-east-1.amazonaws.com.evil/SimpleNotificationService-1.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/SimpleNotificationService-1.pem",
        "https://user@sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.us-east-1.amazonaws.com:8443/SimpleNotificationService-1.pem",
        "http://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
        "file:///etc/passwd.pem",
        "https://s3.amazonaws.com/bucket/SimpleNotificationService-1.pem",
        "https://sns.s3.amazonaws.com.evil.example/a.pem",
        "https://sns.us-east-1.amazonaws.com/%2e%2e/a.pem",
        "https://sns.us-east-1.amazonaws.com%2eevil.example/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem?redirect=https://evil.example",
        "https://sns.us-east-1.amazonaws.com/a.pem#.pem",
        "https://sns.us-east-1.amazonaws.com/a.txt",
        "https://sns.us-east-1.amazonaws.com\\@evil.example/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem\n",
        "HTTPS://SNS.US-EAST-1.AMAZONAWS.COM/a.pem",
        "",
      })
  void attack36_fetchesFromAwsOnly(String url) {
    assertThat(sns(notification(url, "1")).reason()).isEqualTo(Reason.UNTRUSTED);
    assertThat(fetched).isEmpty();
  }

  @Test
  void attack36_remembersCertificatesAndFailures() {
    WebhookVerifier verifier = snsVerifier(CERTS.leaf("sns.amazonaws.com"));
    for (int i = 0; i < 50; i++) {
      assertThat(verifier.verify(notification(CERTIFICATE, "2")).isVerified()).isTrue();
    }
    assertThat(fetched).hasSize(1);

    fetched.clear();
    WebhookVerifier failing =
        WebhookVerifier.builder(Providers.sns(TOPIC))
            .clock(() -> now)
            .fetcher(query -> {
              fetched.add(query.uri().toString());
              throw new IOException("refused");
            })
            .build();
    for (int i = 0; i < 50; i++) {
      Verification verification = failing.verify(notification(CERTIFICATE, "2"));
      assertThat(verification.reason()).isEqualTo(Reason.KEY_UNAVAILABLE);
      assertThat(verification.reply().status()).isEqualTo(503);
    }
    assertThat(fetched).hasSize(1);
    now = now.plusSeconds(60);
    assertThat(failing.verify(notification(CERTIFICATE, "2")).isVerified()).isFalse();
    assertThat(fetched).hasSize(2);
  }

  @Test
  void attack36_isNotMadeToFetchAtWill() {
    WebhookVerifier verifier = snsVerifier(CERTS.leaf("sns.amazonaws.com"));
    assertThat(verifier.verify(notification(CERTIFICATE, "2")).isVerified()).isTrue();
    for (int i = 0; i < 500; i++) {
      verifier.verify(notification(CERTIFICATE.replace("0123", "" + (1000 + i)), "2"));
    }
    assertThat(fetched.size()).isLessThanOrEqualTo(20);
    assertThat(verifier.verify(notification(CERTIFICATE, "2")).isVerified()).isTrue();
  }

  @Test
  void attack37_refusesACertificateOfTheWrongNameDateOrIssuer() {
    Instant past = Certs.FROM.minus(Duration.ofDays(9));
    for (X509Certificate bad :
        List.of(
            CERTS.leaf("sns.amazonaws.com", past, past.plusSeconds(60)),
            CERTS.leaf("sns.amazonaws.com", Certs.TO.minusSeconds(60), Certs.TO),
            CERTS.leaf("evil.example"),
            CERTS.leaf("sns.amazonaws.com.evil.example"),
            CERTS.selfSigned("sns.amazonaws.com"))) {
      WebhookVerifier verifier = snsVerifier(bad);
      assertThat(verifier.verify(notification(CERTIFICATE, "2")).reason())
          .isEqualTo(Reason.UNTRUSTED);
    }
    // A chain is checked where there is one: the JDK does not know this CA.
    assertThat(
            snsVerifier(CERTS.leaf("sns.amazonaws.com"), CERTS.authority)
                .verify(notification(CERTIFICATE, "2"))
                .reason())
        .isEqualTo(Reason.UNTRUSTED);
  }

  @Test
  void attack37_checksThatACertificateStillIsValid() {
    WebhookVerifier verifier = snsVerifier(CERTS.leaf("sns.amazonaws.com"));
    assertThat(verifier.verify(notification(CERTIFICATE, "2")).isVerified()).isTrue();
    now = Certs.TO.plusSeconds(1);
    assertThat(verifier.verify(notification(CERTIFICATE, "2")).reason())
        .isEqualTo(Reason.UNTRUSTED);
  }

  @Test
  void attack37_checksTheChainOfPayPal() {
    X509Certificate leaf = CERTS.leaf("messageverificationcerts.paypal.com");
    byte[] good = Certs.pem(leaf, CERTS.authority);
    assertThat(payPal(good, "SHA256withRSA", "{}")).isEqualTo(Reason.VERIFIED);
    assertThat(payPal(good, "SHA1withRSA", "{}")).isEqualTo(Reason.UNSUPPORTED);
    assertThat(payPal(good, "NONEwithRSA", "{}")).isEqualTo(Reason.UNSUPPORTED);
    assertThat(payPal(Certs.pem(leaf, new Certs(2).authority), "SHA256withRSA", "{}"))
        .isEqualTo(Reason.VERIFIED); // what is sent along as root decides nothing
    assertThat(
            payPal(
                Certs.pem(
                    new Certs(2).leaf("messageverificationcerts.paypal.com"), CERTS.authority),
                "SHA256withRSA",
                "{}"))
        .isEqualTo(Reason.UNTRUSTED);
    assertThat(payPal(Certs.pem(CERTS.leaf("paypal.com.evil.example")), "SHA256withRSA", "{}"))
        .isEqualTo(Reason.UNTRUSTED);
    assertThat(payPal(Encoding.utf8("<html>"), "SHA256withRSA", "{}")).isEqualTo(Reason.UNTRUSTED);
  }

  @Test
  void refusesAPayPalBodyWithTheSameChecksum_ifTold() {
    WebhookVerifier.Builder builder =
        payPal(Certs.pem(CERTS.leaf("messageverificationcerts.paypal.com")));
    byte[] forged = collision("{\"amount\":1}".getBytes(), "{\"amount\":9999}".getBytes());
    WebhookRequest genuine = payPal("SHA256withRSA", "{\"amount\":1}");
    WebhookRequest other = genuine.toBuilder().body(forged).build();

    assertThat(builder.build().verify(other).coverage()).contains(Coverage.PARTIAL);
    WebhookVerifier verifier = builder.singleUse(SingleUse.inMemory(10)).build();
    assertThat(verifier.verify(genuine).isVerified()).isTrue();
    assertThat(verifier.verify(other).reason()).isEqualTo(Reason.REPLAYED);
  }

  @Test
  void attack38_confirmsASubscription_whenItIsVerifiedOnly() {
    String good =
        "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn="
            + TOPIC
            + "&Token=abc";
    Verification verification = sns(confirmation(good));
    assertThat(verification.isHandshake()).isTrue();
    assertThat(fetched).containsExactly(CERTIFICATE, good);

    for (String bad :
        List.of(
            "http://169.254.169.254/latest/meta-data",
            "https://localhost/?Action=ConfirmSubscription&Token=a",
            good.replace("https:", "http:"),
            good.replace(".com/", ".com@evil.example/"),
            good.replace("ConfirmSubscription", "Unsubscribe"))) {
      fetched.clear();
      assertThat(sns(confirmation(bad)).reason()).isEqualTo(Reason.UNTRUSTED);
      assertThat(fetched).containsExactly(CERTIFICATE);
    }

    fetched.clear();
    WebhookRequest forged =
        confirmation(good).toBuilder()
            .body(
                Encoding.utf8(
                    Encoding.TEXT.encode(confirmation(good).body()).replace("t-1", "t-2")))
            .build();
    assertThat(sns(forged).reason()).isEqualTo(Reason.MISMATCH);
    assertThat(fetched).containsExactly(CERTIFICATE);
  }

  @Test
  void attack38_refusesATopicOfSomebodyElse() {
    Verification verification =
        WebhookVerifier.builder(Providers.sns("arn:aws:sns:eu-central-1:1:mine"))
            .clock(() -> now)
            .fetcher(query -> Certs.pem(CERTS.leaf("sns.amazonaws.com")))
            .build()
            .verify(notification(CERTIFICATE, "2"));
    assertThat(verification.reason()).isEqualTo(Reason.WRONG_TARGET);
    assertThatThrownBy(Providers::sns).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void attack24_refusesAnSnsSignatureUnderAnotherVersion() {
    WebhookRequest request = notification(CERTIFICATE, "2");
    String relabelled =
        Encoding.TEXT
            .encode(request.body())
            .replace("\"SignatureVersion\":\"2\"", "\"SignatureVersion\":\"1\"");
    assertThat(sns(request.toBuilder().body(Encoding.utf8(relabelled)).build()).reason())
        .isEqualTo(Reason.MISMATCH);
  }

  // ---- 39 and 40: tokens
  // ---------------------------------------------------------------------------

  @Test
  void attack39_refusesATokenThatSaysHowToVerifyIt() throws Exception {
    String claims = claims("aud", "me@accounts");
    assertThat(token("{\"alg\":\"RS256\",\"kid\":\"k1\"}", claims)).isEqualTo(Reason.VERIFIED);
    Map<String, Reason> headers =
        Map.of(
            "{\"alg\":\"none\",\"kid\":\"k1\"}", Reason.UNSUPPORTED,
            "{\"alg\":\"HS256\",\"kid\":\"k1\"}", Reason.UNSUPPORTED,
            "{\"alg\":\"RS256\",\"kid\":\"k1\",\"jku\":\"https://evil.example\"}",
                Reason.UNSUPPORTED,
            "{\"alg\":\"RS256\",\"kid\":\"k1\",\"x5u\":\"https://evil.example\"}",
                Reason.UNSUPPORTED,
            "{\"alg\":\"RS256\",\"kid\":\"k1\",\"jwk\":{}}", Reason.UNSUPPORTED,
            "{\"alg\":\"RS256\",\"kid\":\"k1\",\"crit\":[\"b64\"],\"b64\":false}",
                Reason.UNSUPPORTED,
            "{\"alg\":\"RS256\",\"kid\":\"k2\"}", Reason.UNKNOWN_KEY,
            "{\"alg\":\"RS256\"}", Reason.MISSING,
            "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"secevent+jwt\"}", Reason.UNSUPPORTED,
            "{\"alg\":\"HS256\",\"alg\":\"RS256\",\"kid\":\"k1\"}", Reason.AMBIGUOUS);
    for (Map.Entry<String, Reason> header : headers.entrySet()) {
      assertThat(token(header.getKey(), claims)).as(header.getKey()).isEqualTo(header.getValue());
    }
  }

  @Test
  void attack39_refusesATokenWithOtherClaims() throws Exception {
    String header = "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}";
    String good = claims("aud", "me@accounts");
    long seconds = NOW.getEpochSecond();
    assertThat(token(header, good.replace("\"aud\":\"aud\"", "\"aud\":[\"x\",\"aud\"]")))
        .isEqualTo(Reason.VERIFIED);
    assertThat(token(header, claims("other", "me@accounts"))).isEqualTo(Reason.WRONG_TARGET);
    assertThat(token(header, claims("aud", "other@accounts"))).isEqualTo(Reason.WRONG_TARGET);
    assertThat(token(header, good.replace("https://accounts.google.com", "https://evil.example")))
        .isEqualTo(Reason.WRONG_TARGET);
    assertThat(token(header, good.replace("\"email_verified\":true", "\"email_verified\":false")))
        .isEqualTo(Reason.WRONG_TARGET);
    assertThat(token(header, good.replace("\"exp\":" + (seconds + 60), "\"nope\":1")))
        .isEqualTo(Reason.MISSING);
    assertThat(token(header, good.replace("" + (seconds + 60), "" + (seconds - 301))))
        .isEqualTo(Reason.EXPIRED);
    assertThat(token(header, good.replace("" + (seconds + 60), "1e99")))
        .isEqualTo(Reason.MALFORMED);
    assertThat(token(header, good.replace("" + (seconds + 60), "31556889864403199")))
        .isEqualTo(Reason.VERIFIED);
    assertThat(token(header, good.replace("\"iat\":" + seconds, "\"iat\":" + (seconds + 301))))
        .isEqualTo(Reason.TOO_EARLY);
    assertThat(token(header, good.replace("{", "{\"aud\":\"aud\","))).isEqualTo(Reason.AMBIGUOUS);
  }

  @Test
  void attack40_isNotFloodedByUnknownKeys() throws Exception {
    WebhookVerifier verifier = pubSub();
    for (int i = 0; i < 200; i++) {
      WebhookRequest request =
          bearer("{\"alg\":\"RS256\",\"kid\":\"random" + i + "\"}", claims("aud", "me@accounts"));
      assertThat(verifier.verify(request).reason()).isEqualTo(Reason.UNKNOWN_KEY);
    }
    assertThat(fetched).hasSize(1);
    now = now.plusSeconds(61);
    verifier.verify(bearer("{\"alg\":\"RS256\",\"kid\":\"new\"}", claims("aud", "me@accounts")));
    assertThat(fetched).hasSize(2);
  }

  // ---- 41: signatures
  // ------------------------------------------------------------------------------

  @Test
  void attack41_refusesMalformedEcdsaSignatures() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    byte[] body = Encoding.utf8("{}");
    String timestamp = Long.toString(NOW.getEpochSecond());
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(pair.getPrivate());
    signer.update(Encoding.utf8(timestamp + "{}"));
    byte[] good = signer.sign();
    WebhookVerifier verifier =
        WebhookVerifier.builder(Providers.SENDGRID)
            .key("k", Encoding.BASE64.encode(pair.getPublic().getEncoded()))
            .clock(() -> now)
            .build();

    BigInteger n =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    BigInteger r = integer(good, 2);
    BigInteger s = integer(good, 4 + good[3]);
    byte[] trailing = Arrays.copyOf(good, good.length + 1);
    byte[] longer = der(r, s);
    longer[1]++;
    byte[] padded = padded(r, s);
    List<byte[]> bad =
        List.of(
            der(BigInteger.ZERO, BigInteger.ZERO),
            der(r, BigInteger.ZERO),
            der(BigInteger.ZERO, s),
            der(r.add(n), s),
            der(r, s.add(n)),
            der(n, s),
            der(r.negate(), s),
            trailing,
            longer,
            padded,
            Arrays.copyOf(good, good.length - 1),
            new byte[64],
            new byte[] {0x30, 0});
    assertThat(sendGrid(verifier, body, timestamp, good)).isEqualTo(Reason.VERIFIED);
    assertThat(sendGrid(verifier, body, timestamp, der(r, s))).isEqualTo(Reason.VERIFIED);
    for (byte[] signature : bad) {
      assertThat(sendGrid(verifier, body, timestamp, signature)).isEqualTo(Reason.MISMATCH);
    }
    assertThat(Ecdsa.isPair(new byte[64])).isFalse();
  }

  @Test
  void attack41_refusesMalformedEd25519Signatures() {
    WebhookSigner.KeyPair pair = WebhookSigner.newKeyPair();
    byte[] body = Encoding.utf8("{}");
    Map<String, String> headers =
        WebhookSigner.create(Providers.STANDARD_WEBHOOKS, pair.secretKey()).sign("m", NOW, body);
    byte[] good = Base64.getDecoder().decode(headers.get("webhook-signature").substring(4));
    // S + L is the same point multiplied, and another spelling of the signature.
    BigInteger order =
        BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    byte[] malleable = good.clone();
    byte[] s = littleEndian(Arrays.copyOfRange(good, 32, 64)).add(order).toByteArray();
    for (int i = 0; i < 32; i++) {
      malleable[32 + i] = i < s.length ? s[s.length - 1 - i] : 0;
    }
    assertThat(standard(pair.publicKey(), headers, good)).isEqualTo(Reason.VERIFIED);
    for (byte[] bad :
        List.of(malleable, new byte[64], new byte[63], Arrays.copyOf(good, 65), new byte[0])) {
      assertThat(standard(pair.publicKey(), headers, bad)).isNotEqualTo(Reason.VERIFIED);
    }
  }

  @Test
  void attack41_refusesEd25519KeysOfSmallOrder() {
    BigInteger p = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    BigInteger d =
        BigInteger.valueOf(-121665).multiply(BigInteger.valueOf(121666).modInverse(p)).mod(p);
    int ofOrderEight = 0;
    for (String hex :
        List.of(
            "00".repeat(32),
            "01" + "00".repeat(31),
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "ec" + "ff".repeat(30) + "7f",
            "ed" + "ff".repeat(30) + "7f",
            "ee" + "ff".repeat(30) + "7f",
            "01" + "00".repeat(30) + "80")) {
      assertThatThrownBy(() -> WebhookVerifier.create(Providers.DISCORD, hex))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("this Ed25519 public key is a point of small order: anyone can sign for it");
      // Twice such a point has y = 0 just if d y^4 + 2 y^2 - 1 = 0.
      BigInteger y = littleEndian(Encoding.HEX.decode(hex));
      BigInteger y2 = y.multiply(y);
      ofOrderEight +=
          d.multiply(y2).multiply(y2).add(y2.shiftLeft(1)).subtract(BigInteger.ONE).mod(p).signum()
                  == 0
              ? 1
              : 0;
    }
    assertThat(ofOrderEight).isEqualTo(2);
  }

  // ---- Help
  // ----------------------------------------------------------------------------------------

  private Verification sns(WebhookRequest request) {
    return snsVerifier(CERTS.leaf("sns.amazonaws.com")).verify(request);
  }

  private WebhookVerifier snsVerifier(X509Certificate... served) {
    return WebhookVerifier.builder(Providers.sns(TOPIC))
        .clock(() -> now)
        .fetcher(query -> {
          fetched.add(query.uri().toString());
          return Certs.pem(served);
        })
        .build();
  }

  static WebhookRequest notification(String certificate, String version) {
    String signed =
        "Message\nhello\nMessageId\nm-1\nTimestamp\n2026-01-31T00:00:00.000Z\nTopicArn\n"
            + TOPIC
            + "\nType\nNotification\n";
    return message(
        "\"Type\":\"Notification\",\"MessageId\":\"m-1\",\"Message\":\"hello\"",
        certificate,
        version,
        signed);
  }

  private static WebhookRequest confirmation(String subscribe) {
    String signed =
        "Message\nhello\nMessageId\nm-1\nSubscribeURL\n"
            + subscribe
            + "\nTimestamp\n2026-01-31T00:00:00.000Z\nToken\nt-1\nTopicArn\n"
            + TOPIC
            + "\nType\nSubscriptionConfirmation\n";
    return message(
        "\"Type\":\"SubscriptionConfirmation\",\"MessageId\":\"m-1\",\"Message\":\"hello\","
            + "\"Token\":\"t-1\",\"SubscribeURL\":"
            + Json.quote(subscribe),
        CERTIFICATE,
        "2",
        signed);
  }

  private static WebhookRequest message(
      String members, String certificate, String version, String signed) {
    String algorithm = version.equals("1") ? "SHA1withRSA" : "SHA256withRSA";
    String body =
        "{"
            + members
            + ",\"TopicArn\":\""
            + TOPIC
            + "\",\"Timestamp\":\"2026-01-31T00:00:00.000Z\",\"SignatureVersion\":\""
            + version
            + "\",\"SigningCertURL\":"
            + Json.quote(certificate)
            + ",\"Signature\":\""
            + rsa(algorithm, Encoding.utf8(signed))
            + "\"}";
    return WebhookRequest.builder().body(Encoding.utf8(body)).build();
  }

  private WebhookVerifier.Builder payPal(byte[] served) {
    Scheme scheme =
        Scheme.builder("paypal")
            .method(new PayPal("WEBHOOK", CERTS::anchors))
            .coverage(Coverage.PARTIAL)
            .singleUse("{header:PAYPAL-TRANSMISSION-ID}")
            .build();
    return WebhookVerifier.builder(scheme).clock(() -> now).fetcher(query -> served);
  }

  private Reason payPal(byte[] served, String algorithm, String body) {
    return payPal(served).build().verify(payPal(algorithm, body)).reason();
  }

  static WebhookRequest payPal(String algorithm, String body) {
    CRC32 crc = new CRC32();
    crc.update(Encoding.utf8(body));
    String text = "id-1|2026-01-31T00:00:00Z|WEBHOOK|" + crc.getValue();
    return WebhookRequest.builder()
        .header("PAYPAL-TRANSMISSION-ID", "id-1")
        .header("PAYPAL-TRANSMISSION-TIME", "2026-01-31T00:00:00Z")
        .header("PAYPAL-AUTH-ALGO", algorithm)
        .header("PAYPAL-CERT-URL", "https://api.paypal.com/v1/notifications/certs/CERT-1")
        .header("PAYPAL-TRANSMISSION-SIG", rsa("SHA256withRSA", Encoding.utf8(text)))
        .body(Encoding.utf8(body))
        .build();
  }

  /** Appends four bytes to a body that give it the checksum of another. */
  private static byte[] collision(byte[] original, byte[] forged) {
    CRC32 crc = new CRC32();
    crc.update(original);
    long wanted = crc.getValue();
    byte[] body = Arrays.copyOf(forged, forged.length + 4);
    // The checksum is affine in the last 32 bits: solve for them.
    long[] columns = new long[32];
    long base = crc(body);
    for (int bit = 0; bit < 32; bit++) {
      byte[] flipped = body.clone();
      flipped[forged.length + bit / 8] ^= (byte) (1 << bit % 8);
      columns[bit] = crc(flipped) ^ base;
    }
    long target = wanted ^ base;
    long[] chosen = new long[32];
    for (int bit = 0; bit < 32; bit++) {
      chosen[bit] = 1L << bit;
    }
    for (int row = 0; row < 32; row++) {
      int pivot = row;
      while ((columns[pivot] >> row & 1) == 0) {
        pivot++;
      }
      long column = columns[pivot];
      columns[pivot] = columns[row];
      columns[row] = column;
      long choice = chosen[pivot];
      chosen[pivot] = chosen[row];
      chosen[row] = choice;
      for (int other = 0; other < 32; other++) {
        if (other != row && (columns[other] >> row & 1) == 1) {
          columns[other] ^= columns[row];
          chosen[other] ^= chosen[row];
        }
      }
    }
    long bits = 0;
    for (int row = 0; row < 32; row++) {
      bits ^= (target >> row & 1) == 1 ? chosen[row] : 0;
    }
    for (int bit = 0; bit < 32; bit++) {
      body[forged.length + bit / 8] ^= (byte) ((bits >> bit & 1) << bit % 8);
    }
    assertThat(crc(body)).isEqualTo(wanted);
    return body;
  }

  private static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private static String rsa(String algorithm, byte[] text) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(CERTS.keys.getPrivate());
      signature.update(text);
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private WebhookVerifier pubSub() {
    return WebhookVerifier.builder(Providers.googlePubSub("aud", "me@accounts"))
        .clock(() -> now)
        .fetcher(query -> {
          fetched.add(query.uri().toString());
          return Vectors.jwks("k1", (RSAPublicKey) CERTS.keys.getPublic());
        })
        .build();
  }

  private Reason token(String header, String claims) throws Exception {
    return pubSub().verify(bearer(header, claims)).reason();
  }

  private static WebhookRequest bearer(String header, String claims) {
    String signed =
        Encoding.BASE64_URL.encode(Encoding.utf8(header))
            + '.'
            + Encoding.BASE64_URL.encode(Encoding.utf8(claims));
    byte[] signature = Base64.getDecoder().decode(rsa("SHA256withRSA", Encoding.utf8(signed)));
    return WebhookRequest.builder()
        .header("Authorization", "Bearer " + signed + '.' + Encoding.BASE64_URL.encode(signature))
        .build();
  }

  private static String claims(String audience, String email) {
    return "{\"iss\":\"https://accounts.google.com\",\"aud\":\""
        + audience
        + "\",\"email\":\""
        + email
        + "\",\"email_verified\":true,\"iat\":"
        + NOW.getEpochSecond()
        + ",\"exp\":"
        + (NOW.getEpochSecond() + 60)
        + "}";
  }

  private static Reason sendGrid(
      WebhookVerifier verifier, byte[] body, String timestamp, byte[] signature) {
    return verifier
        .verify(
            WebhookRequest.builder()
                .header("X-Twilio-Email-Event-Webhook-Signature", Encoding.BASE64.encode(signature))
                .header("X-Twilio-Email-Event-Webhook-Timestamp", timestamp)
                .body(body)
                .build())
        .reason();
  }

  private static Reason standard(String key, Map<String, String> headers, byte[] signature) {
    WebhookRequest.Builder request = WebhookRequest.builder().body(Encoding.utf8("{}"));
    headers.forEach((name, value) ->
        request.header(
            name,
            name.equals("webhook-signature")
                ? "v1a," + Base64.getEncoder().encodeToString(signature)
                : value));
    return WebhookVerifier.builder(Providers.STANDARD_WEBHOOKS)
        .key("k", key)
        .clock(() -> NOW)
        .build()
        .verify(request.build())
        .reason();
  }

  private static BigInteger littleEndian(byte[] bytes) {
    byte[] reversed = new byte[32];
    for (int i = 0; i < 32; i++) {
      reversed[i] = bytes[31 - i];
    }
    return new BigInteger(1, reversed);
  }

  private static BigInteger integer(byte[] der, int at) {
    return new BigInteger(der, at + 2, der[at + 1]);
  }

  private static byte[] der(BigInteger r, BigInteger s) {
    return sequence(r.toByteArray(), s.toByteArray());
  }

  private static byte[] padded(BigInteger r, BigInteger s) {
    byte[] bytes = r.toByteArray();
    byte[] longer = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, longer, 1, bytes.length);
    return sequence(longer, s.toByteArray());
  }

  private static byte[] sequence(byte[] r, byte[] s) {
    byte[] der = new byte[6 + r.length + s.length];
    der[0] = 0x30;
    der[1] = (byte) (4 + r.length + s.length);
    der[2] = 2;
    der[3] = (byte) r.length;
    System.arraycopy(r, 0, der, 4, r.length);
    der[4 + r.length] = 2;
    der[5 + r.length] = (byte) s.length;
    System.arraycopy(s, 0, der, 6 + r.length, s.length);
    return der;
  }
}
