package dev.parley.webhook;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Braintree: pairs of public key and signature in a form, by the SHA-1 of the private key. */
record Braintree(String publicKey) implements Method, Handshake {
  private static final Pattern CHALLENGE = Pattern.compile("[a-f0-9]{20,32}");
  private static final int MAX_PAIRS = 32;
  private static final byte[] NEWLINE = {'\n'};

  @Override
  public Proof verify(Attempt attempt) {
    String payload = attempt.material().requiredForm("bt_payload");
    for (int i = 0; i < payload.length(); i++) {
      char c = payload.charAt(i);
      if (!(c < 128 && Character.isLetterOrDigit(c)) && "+/=\n".indexOf(c) < 0) {
        throw new Rejection(Reason.MALFORMED, "bt_payload is not Base64");
      }
    }
    List<byte[]> signatures = ours(attempt.material().requiredForm("bt_signature"));
    byte[] text = Encoding.utf8(payload);
    int match = -1;
    for (int i = attempt.keys().size() - 1; i >= 0; i--) {
      Key key = derived(attempt.keys().get(i));
      boolean plain = key.matches(Algorithm.HMAC_SHA1, Crypto.Text.of(text), signatures);
      boolean ended = key.matches(Algorithm.HMAC_SHA1, Crypto.Text.of(text, NEWLINE), signatures);
      match = plain || ended ? i : match;
    }
    if (match < 0) {
      throw Attempt.mismatch();
    }
    return Proof.of(attempt, match, null);
  }

  private List<byte[]> ours(String pairs) {
    List<byte[]> signatures = new ArrayList<>();
    String[] each = pairs.split("&", MAX_PAIRS + 1);
    if (each.length > MAX_PAIRS) {
      throw new Rejection(Reason.TOO_LARGE, "more than " + MAX_PAIRS + " signatures");
    }
    for (String pair : each) {
      if (pair.startsWith(publicKey + "|")) {
        byte[] signature = Encoding.HEX.decode(pair.substring(publicKey.length() + 1));
        if (signature != null && Algorithm.HMAC_SHA1.allows(signature.length)) {
          signatures.add(signature);
        }
      }
    }
    if (signatures.isEmpty()) {
      throw new Rejection(Reason.UNKNOWN_KEY, "bt_signature has none for our public key");
    }
    return signatures;
  }

  @Override
  public @Nullable Reply before(WebhookRequest request, List<Key> keys) {
    if (!request.method().equals("GET")) {
      return null;
    }
    String challenge = Form.parse(request.query()).get("bt_challenge");
    if (challenge == null) {
      return null;
    }
    if (!CHALLENGE.matcher(challenge).matches()) {
      throw new Rejection(Reason.MALFORMED, "bt_challenge is not 20 to 32 hex digits");
    }
    byte[] signature =
        derived(keys.get(0)).mac(Algorithm.HMAC_SHA1, Crypto.Text.of(Encoding.utf8(challenge)));
    return Reply.text(publicKey + "|" + Encoding.HEX.encode(signature));
  }

  private static Key derived(Key key) {
    return Key.secret(key.name(), Crypto.digest("SHA-1", Crypto.Text.of(key.secret())));
  }

  @Override
  public Set<Algorithm> algorithms() {
    return Set.of(Algorithm.HMAC_SHA1);
  }
}
