package dev.parley.webhook;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A signature over a text put together from parts of the request: what all but a few providers do.
 *
 * @param fields where signatures stand
 * @param signed the text
 * @param time how the timestamp is written, or null if there is none
 * @param timeSource where it stands, or null if beside the signatures
 * @param required headers that must have one value, such as a version
 * @param urls the spellings of the URL that the provider may have signed
 */
record TextSignature(
    List<SignatureField> fields,
    Template signed,
    @Nullable TimeFormat time,
    @Nullable Template timeSource,
    Map<String, String> required,
    UrlSpellings urls)
    implements Method {

  /** A provider that is known to spell URLs differently from what it calls. */
  interface UrlSpellings {
    List<String> of(String url);
  }

  @Override
  public Set<Algorithm> algorithms() {
    Set<Algorithm> algorithms = EnumSet.noneOf(Algorithm.class);
    fields.forEach(field -> algorithms.addAll(field.algorithms()));
    return algorithms;
  }

  @Override
  public boolean isIn(WebhookRequest request) {
    return fields.stream().anyMatch(field -> field.isIn(request));
  }

  @Override
  public Proof verify(Attempt attempt) {
    checkRequired(attempt.request());
    SignatureField.Found found = find(attempt.material());
    boolean signsTime = signed.uses("{timestamp}");
    String timestamp = signsTime ? timestamp(attempt.material(), found) : null;
    Instant signedAt = time == null || timestamp == null ? null : time.parse(timestamp);

    int key = match(attempt, found, timestamp);
    if (time != null && signedAt == null) {
      // It stands in the body, which can be believed now.
      signedAt = time.parse(timestamp(attempt.material(), found));
    }
    if (signedAt != null) {
      attempt.checkFresh(signedAt);
    }
    return Proof.of(attempt, key, signedAt);
  }

  private void checkRequired(WebhookRequest request) {
    required.forEach((name, value) -> {
      if (!request.requiredHeader(name).equals(value)) {
        throw new Rejection(Reason.UNSUPPORTED, name + " must be " + value);
      }
    });
  }

  private SignatureField.Found find(Material material) {
    SignatureField.Found found = new SignatureField.Found();
    fields.forEach(field -> field.collect(material, found));
    if (found.isEmpty()) {
      throw found.complaint(fields.get(0).where());
    }
    return found;
  }

  private String timestamp(Material material, SignatureField.Found found) {
    if (timeSource != null) {
      return timeSource.text(Template.Values.of(material));
    }
    String timestamp = found.timestamp();
    if (timestamp == null) {
      throw new Rejection(Reason.MISSING, fields.get(0).where() + " has no timestamp");
    }
    return timestamp;
  }

  /** Tries every key with every signature, whichever is right, so that time tells nothing. */
  private int match(Attempt attempt, SignatureField.Found found, @Nullable String timestamp) {
    List<String> spellings = signed.uses("{url}") ? urls.of(attempt.url()) : List.of("");
    int match = -1;
    boolean tried = false;
    for (String url : spellings) {
      for (int i = attempt.keys().size() - 1; i >= 0; i--) {
        Key key = attempt.keys().get(i);
        var values = new Template.Values(attempt.material(), url, timestamp, key);
        for (Algorithm algorithm : algorithms()) {
          List<byte[]> signatures = found.of(algorithm);
          if (!signatures.isEmpty() && key.fits(algorithm)) {
            tried = true;
            match = key.matches(algorithm, sink -> signed.to(sink, values), signatures) ? i : match;
          }
        }
      }
    }
    if (!tried) {
      throw new Rejection(
          Reason.UNSUPPORTED, fields.get(0).where() + " has no signature for this kind of key");
    }
    if (match < 0) {
      throw Attempt.mismatch();
    }
    return match;
  }

  /** Returns the headers that make this request a signed one. */
  Map<String, String> sign(WebhookRequest request, List<Key> keys, Instant now) {
    Map<String, String> headers = new LinkedHashMap<>(required);
    String timestamp = time == null ? null : time.write(now);
    String timeHeader = timeSource == null ? null : timeSource.header();
    if (timestamp != null && timeHeader != null) {
      headers.put(timeHeader, timestamp);
    }
    Material material = new Material(request);
    SignatureField field = fields.get(0);
    Map<Algorithm, List<byte[]>> signatures = new LinkedHashMap<>();
    for (Key key : keys) {
      var values = new Template.Values(material, request.url(), timestamp, key);
      for (Algorithm algorithm : field.algorithms()) {
        if (key.fits(algorithm)) {
          signatures
              .computeIfAbsent(algorithm, none -> new ArrayList<>())
              .add(key.sign(algorithm, sink -> signed.to(sink, values)));
        }
      }
    }
    headers.put(field.where(), field.write(signatures, timestamp == null ? "" : timestamp));
    return headers;
  }
}
