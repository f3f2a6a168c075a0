package dev.parley.webhook;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Signs what you send, so that {@link WebhookVerifier} and every other implementation of the scheme
 * accepts it.
 *
 * {@snippet class="dev.parley.webhook.WebhookSnippets" region="sign"}
 *
 * <p>With several keys it signs with each: give old and new while receivers change over, and an
 * Ed25519 key beside a secret for receivers that should not be able to sign.
 *
 * <p>It works for the schemes whose signature is a header over parts of the request, {@link
 * Providers#STANDARD_WEBHOOKS} first of all; those of other providers are for your tests.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @since 0.1
 */
public final class WebhookSigner {
  private final Scheme scheme;
  private final TextSignature signature;
  private final List<Key> keys;

  private WebhookSigner(Scheme scheme, TextSignature signature, List<Key> keys) {
    this.scheme = scheme;
    this.signature = signature;
    this.keys = keys;
  }

  /**
   * Returns a signer.
   *
   * @param keys at least one: secrets, or for Ed25519 {@code whsk_…}
   * @throws IllegalArgumentException if the scheme is not one to sign by, a key is wrong or can
   *     only verify, or there are several and the scheme has room for one
   */
  public static WebhookSigner create(Scheme scheme, String... keys) {
    if (!(scheme.method() instanceof TextSignature signature)
        || !signature.fields().get(0).isPlainHeader()) {
      throw new IllegalArgumentException(
          scheme.name() + " is not a scheme to sign by: its signature is not a header of its own");
    }
    List<Key> read =
        IntStream.range(0, keys.length)
            .mapToObj(i -> scheme.keyFormat().key("key " + (i + 1), keys[i]))
            .toList();
    WebhookVerifier.checkKeys(scheme, read);
    for (Key key : read) {
      if (!key.canSign()) {
        throw new IllegalArgumentException(
            "\"" + key.name() + "\" can only verify: sign with the secret key (whsk_)");
      }
    }
    if (read.size() > 1 && signature.fields().get(0).isSingle()) {
      throw new IllegalArgumentException(
          scheme.name() + " has room for one signature: give one key");
    }
    return new WebhookSigner(scheme, signature, read);
  }

  /** Makes a shared secret for Standard Webhooks: {@code whsec_} and 32 random bytes. */
  public static String newSecret() {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    return "whsec_" + Encoding.BASE64.encode(secret);
  }

  /** Makes a key pair for Standard Webhooks. */
  public static KeyPair newKeyPair() {
    byte[] pair = Ed25519.generate();
    return new KeyPair(
        "whsk_" + Encoding.BASE64.encode(pair),
        "whpk_" + Encoding.BASE64.encode(Arrays.copyOfRange(pair, 32, 64)));
  }

  /**
   * Returns all headers that sign this delivery, its id and the time included.
   *
   * @param id the same for each attempt to deliver it; for Standard Webhooks without a dot
   * @param now the time of this attempt
   * @param body the bytes that will be sent
   * @throws IllegalArgumentException if the id has a dot or is not plain ASCII, or the scheme has
   *     no header for it
   */
  public Map<String, String> sign(String id, Instant now, byte[] body) {
    Objects.requireNonNull(now, "now");
    String header =
        scheme.ids().stream()
            .map(place -> place.template().header())
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException(scheme.name() + " has no header for an id"));
    if (!id.matches("[!-~&&[^.]]{1,256}")) {
      throw new IllegalArgumentException(
          "id must be 1 to 256 plain characters without a dot or white space");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(header, id);
    headers.putAll(sign(WebhookRequest.builder().header(header, id).body(body).build(), now));
    return headers;
  }

  /**
   * Returns the headers to add to a request to make it a signed one.
   *
   * @throws IllegalArgumentException if the request lacks something that the scheme signs
   */
  public Map<String, String> sign(WebhookRequest request, Instant now) {
    try {
      return signature.sign(request, keys, now);
    } catch (Rejection rejection) {
      throw new IllegalArgumentException(scheme.name() + " cannot sign: " + rejection.detail());
    }
  }

  @Override
  public String toString() {
    return "WebhookSigner[" + scheme.name() + ", " + keys.size() + " keys]";
  }

  /**
   * An Ed25519 key pair as Standard Webhooks writes it.
   *
   * @param secretKey {@code whsk_…}: keep it
   * @param publicKey {@code whpk_…}: give it to receivers
   */
  public record KeyPair(String secretKey, String publicKey) {
    /** Shows the public key only. */
    @Override
    public String toString() {
      return "KeyPair[" + publicKey + "]";
    }
  }
}
