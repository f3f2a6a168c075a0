package dev.parley.webhook;

import java.util.Set;

/** Dropbox Sign: a signature in the JSON in a multipart form, over time and type of the event. */
record DropboxSign() implements Method {
  @Override
  public Proof verify(Attempt attempt) {
    WebhookRequest request = attempt.request();
    String field = Multipart.field(request.contentType(), request.body(), "json");
    if (field == null) {
      throw new Rejection(Reason.MISSING, "the form field json is missing");
    }
    Object json = Json.parse(Encoding.utf8(field));
    String time = Json.text(Json.at(json, "event.event_time"));
    String type = Json.text(Json.at(json, "event.event_type"));
    String hash = Json.text(Json.at(json, "event.event_hash"));
    if (time == null || type == null || hash == null) {
      throw new Rejection(Reason.MISSING, "event_time, event_type or event_hash is missing");
    }
    byte[] signature = Encoding.HEX.decode(hash);
    if (signature == null || !Algorithm.HMAC_SHA256.allows(signature.length)) {
      throw new Rejection(Reason.MALFORMED, "event_hash is not written as it should be");
    }
    var signedAt = TimeFormat.SECONDS.parse(time);
    Crypto.Text text = Crypto.Text.of(Encoding.utf8(time + type));
    return Proof.of(attempt, attempt.match(Algorithm.HMAC_SHA256, text, signature), signedAt);
  }

  @Override
  public Set<Algorithm> algorithms() {
    return Set.of(Algorithm.HMAC_SHA256);
  }
}
