package dev.parley.webhook;

import java.util.List;
import java.util.Set;

/** Adyen's payment webhooks: a signature in each item, over eight fields of it. */
record AdyenItems() implements Method {
  private static final String ITEM = "NotificationRequestItem.";
  private static final List<String> SIGNED =
      List.of(
          "pspReference",
          "originalReference",
          "merchantAccountCode",
          "merchantReference",
          "amount.value",
          "amount.currency",
          "eventCode",
          "success");
  private static final int MAX_ITEMS = 100;

  @Override
  public Proof verify(Attempt attempt) {
    List<?> items = Json.list(Json.at(attempt.material().json(), "notificationItems"));
    if (items.isEmpty()) {
      throw new Rejection(Reason.MISSING, "notificationItems is missing in the body");
    }
    if (items.size() > MAX_ITEMS) {
      throw new Rejection(Reason.TOO_LARGE, "more than " + MAX_ITEMS + " notificationItems");
    }
    int oldest = 0;
    for (Object item : items) {
      oldest = Math.max(oldest, match(item, attempt));
    }
    return Proof.of(attempt, oldest, null);
  }

  private static int match(Object item, Attempt attempt) {
    String written = Json.text(Json.at(item, ITEM + "additionalData.hmacSignature"));
    if (written == null) {
      throw new Rejection(Reason.MISSING, "hmacSignature is missing in the body");
    }
    byte[] signature = Encoding.BASE64.decode(written);
    if (signature == null || !Algorithm.HMAC_SHA256.allows(signature.length)) {
      throw new Rejection(Reason.MALFORMED, "hmacSignature is not written as it should be");
    }
    StringBuilder text = new StringBuilder();
    for (String field : SIGNED) {
      String value = Json.text(Json.at(item, ITEM + field));
      text.append(text.isEmpty() && field.equals(SIGNED.get(0)) ? "" : ":");
      text.append(value == null ? "" : value);
    }
    return attempt.match(
        Algorithm.HMAC_SHA256, Crypto.Text.of(Encoding.utf8(text.toString())), signature);
  }

  @Override
  public Set<Algorithm> algorithms() {
    return Set.of(Algorithm.HMAC_SHA256);
  }
}
