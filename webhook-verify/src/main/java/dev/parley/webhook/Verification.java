package dev.parley.webhook;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of one request: an event to process, a handshake to answer, or a refusal.
 *
 * <p>In each case {@link #reply()} is what to send; for an event, once it is stored or processed.
 * Answer 2xx to duplicates, too, or the provider goes on sending them.
 *
 * {@snippet class="dev.parley.webhook.WebhookSnippets" region="verify"}
 *
 * <p>Nothing in it, {@link #detail()} and {@link #toString()} included, shows a secret, a signature
 * or the body.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @since 0.1
 */
public final class Verification {
  private final Reason reason;
  private final String detail;
  private final Scheme scheme;
  private final String scope;
  private final WebhookRequest request;
  private final @Nullable Proof proof;
  private final Reply reply;

  private Verification(
      Reason reason,
      String detail,
      Scheme scheme,
      String scope,
      WebhookRequest request,
      @Nullable Proof proof,
      Reply reply) {
    this.reason = reason;
    this.detail = detail;
    this.scheme = scheme;
    this.scope = scope;
    this.request = request;
    this.proof = proof;
    this.reply = reply;
  }

  static Verification verified(Scheme scheme, String scope, WebhookRequest request, Proof proof) {
    String detail = "verified by " + proof.key();
    return new Verification(
        Reason.VERIFIED, detail, scheme, scope, request, proof, scheme.acknowledgement());
  }

  static Verification handshake(
      Scheme scheme, String scope, WebhookRequest request, @Nullable Proof proof, Reply reply) {
    return new Verification(
        Reason.HANDSHAKE, "answered a handshake", scheme, scope, request, proof, reply);
  }

  static Verification refused(
      Scheme scheme, String scope, WebhookRequest request, Reason reason, String detail) {
    return new Verification(
        reason, detail, scheme, scope, request, null, Reply.empty(reason.status()));
  }

  /** Returns whether this is an event, signed as it should be: process it. */
  public boolean isVerified() {
    return reason == Reason.VERIFIED;
  }

  /** Returns whether the provider only wants an answer: send the reply, process nothing. */
  public boolean isHandshake() {
    return reason == Reason.HANDSHAKE;
  }

  /** Returns what became of the request: fit to be a tag of a metric. */
  public Reason reason() {
    return reason;
  }

  /** Returns the same in words, for a log: {@code X-Hub-Signature-256 is missing}. */
  public String detail() {
    return detail;
  }

  /** Returns what to answer. */
  public Reply reply() {
    return reply;
  }

  /** Returns the name of the scheme. */
  public String scheme() {
    return scheme.name();
  }

  /** Returns the name of the key that matched; the provider's name for it if it was fetched. */
  public Optional<String> key() {
    return Optional.ofNullable(proof).map(Proof::key);
  }

  /**
   * Returns whether the key that matched is the first one given. If it is not, the provider still
   * signs with an older key: do not drop that yet.
   */
  public boolean isCurrentKey() {
    return proof != null && proof.isCurrent();
  }

  /** Returns how much of the request is protected, if it is genuine. */
  public Optional<Coverage> coverage() {
    return Optional.ofNullable(proof)
        .map(known -> known.coverage() == null ? signedBy().coverage() : known.coverage());
  }

  /** Returns when it was signed, if the scheme says so. */
  public Optional<Instant> timestamp() {
    return Optional.ofNullable(proof).map(Proof::timestamp);
  }

  /**
   * Returns the provider's id of this delivery, the same each time it is sent. Empty for what is
   * not an event, where the provider has none, and where the body is not the JSON it stands in,
   * which is not a reason to refuse it.
   */
  public Optional<String> deliveryId() {
    return isVerified() ? firstId(false).map(id -> id.substring(1)) : Optional.empty();
  }

  /**
   * Returns whether the delivery id is signed. If not, anybody may send this body under a new one.
   */
  public boolean isDeliveryIdSigned() {
    return isVerified() && firstId(false).filter(id -> id.startsWith("+")).isPresent();
  }

  /**
   * Returns what to remember a processed event by: the verifier's scope with the delivery id, or,
   * if none is signed, with the SHA-256 of the body. At most 300 characters. The same for each
   * attempt of the provider to deliver it and for each replay.
   *
   * <p>It is never made from the signature, of which there may be many for one message.
   *
   * @throws IllegalStateException if this is no verified event: what is not must not occupy a key
   */
  public String deduplicationKey() {
    if (!isVerified()) {
      throw new IllegalStateException("no event to remember: " + this);
    }
    return scope
        + ':'
        + firstId(true)
            .map(id -> id.length() <= 200 ? "id:" + id.substring(1) : hashed(Encoding.utf8(id)))
            .orElseGet(() -> hashed(request.body()));
  }

  /** Of several schemes, the one whose signature it was: only that one's ids are signed. */
  private Scheme signedBy() {
    return proof == null || proof.scheme() == null ? scheme : proof.scheme();
  }

  /** Returns the first id there is, with a plus before it if it is signed, else a minus. */
  private Optional<String> firstId(boolean signedOnly) {
    Template.Values values = Template.Values.of(new Material(request));
    for (Scheme.Id id : signedBy().ids()) {
      if (id.isSigned() || !signedOnly) {
        try {
          String text = id.template().text(values);
          return Optional.of((id.isSigned() ? '+' : '-') + text);
        } catch (Rejection notThere) {
          // The next place, then.
        }
      }
    }
    return Optional.empty();
  }

  private static String hashed(byte[] bytes) {
    return "sha256:" + Jwt.hex(Crypto.sha256(bytes));
  }

  @Override
  public String toString() {
    return "Verification[" + scheme.name() + ", " + reason + ", " + detail + "]";
  }
}
