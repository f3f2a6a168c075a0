package dev.parley.webhook;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where signatures stand and how they are written, read from what it looks like on the wire: <code>
 * Stripe-Signature: t={timestamp},v1={hex}</code>.
 */
final class SignatureField {
  private static final Pattern LINE = Pattern.compile("(\\{[^}]+}|[^:{]+): *(.+)");
  private static final Pattern FORM = Pattern.compile("(.*)\\{(hex|base64|text)(?::(\\w+))?}");
  private static final String TIMESTAMP = "{timestamp}";
  private static final int MAX_ENTRIES = 32;
  private static final int MAX_NUMBER = 100;

  private final String place;
  private final @Nullable Template inBody;
  private final @Nullable String separator;
  private final List<Form> forms = new ArrayList<>();
  private @Nullable String timestampPrefix;

  private record Form(String prefix, Encoding encoding, Algorithm algorithm) {}

  /** What was found: signatures by algorithm, and the timestamp beside them, if there was one. */
  static final class Found {
    private final Map<Algorithm, List<byte[]>> signatures = new EnumMap<>(Algorithm.class);
    private @Nullable String timestamp;
    private @Nullable Rejection complaint;
    private int entries;

    List<byte[]> of(Algorithm algorithm) {
      return signatures.getOrDefault(algorithm, List.of());
    }

    @Nullable String timestamp() {
      return timestamp;
    }

    /** Returns why there are none. */
    Rejection complaint(String where) {
      return complaint != null ? complaint : new Rejection(Reason.MISSING, where + " is missing");
    }

    boolean isEmpty() {
      return signatures.isEmpty();
    }

    private void count() {
      if (++entries > MAX_ENTRIES) {
        throw new Rejection(Reason.TOO_LARGE, "more than " + MAX_ENTRIES + " signatures");
      }
    }

    private void add(Form form, byte[] signature) {
      signatures.computeIfAbsent(form.algorithm(), key -> new ArrayList<>()).add(signature);
    }
  }

  SignatureField(String line, @Nullable String separator, Algorithm algorithm) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + line + "\" is no signature; one looks like \"X-Signature: sha256={hex}\"");
    }
    String where = matcher.group(1);
    this.inBody = where.startsWith("{") ? Template.parse(where) : null;
    this.place = where;
    this.separator = separator;
    String value = matcher.group(2);
    for (String entry : separator == null ? new String[] {value} : value.split(separator, -1)) {
      addForm(entry, algorithm);
    }
    if (forms.isEmpty()) {
      throw new IllegalArgumentException("\"" + line + "\" has neither {hex} nor {base64}");
    }
  }

  private void addForm(String entry, Algorithm algorithm) {
    if (entry.endsWith(TIMESTAMP)) {
      timestampPrefix = entry.substring(0, entry.length() - TIMESTAMP.length());
      return;
    }
    Matcher matcher = FORM.matcher(entry);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + entry + "\" must end in {hex}, {base64}, {text} or {timestamp}");
    }
    Encoding encoding =
        switch (matcher.group(2)) {
          case "hex" -> Encoding.HEX;
          case "base64" -> Encoding.BASE64;
          default -> Encoding.TEXT;
        };
    String named = matcher.group(3);
    forms.add(
        new Form(matcher.group(1), encoding, named == null ? algorithm : Algorithm.valueOf(named)));
  }

  String where() {
    return place;
  }

  boolean hasTimestamp() {
    return timestampPrefix != null;
  }

  List<Algorithm> algorithms() {
    return forms.stream().map(Form::algorithm).toList();
  }

  boolean isIn(WebhookRequest request) {
    return inBody == null && !request.headers(place.replace("#", "1")).isEmpty();
  }

  /** Adds what the request has here. */
  void collect(Material material, Found found) {
    if (inBody != null) {
      read(inBody.text(Template.Values.of(material)), found);
    } else if (place.endsWith("#")) {
      String prefix = place.substring(0, place.length() - 1);
      for (int number = 1; number <= MAX_NUMBER; number++) {
        read(material.request().header(prefix + number), found);
      }
    } else {
      read(material.request().header(place), found);
    }
  }

  private void read(@Nullable String value, Found found) {
    if (value == null) {
      return;
    }
    if (separator == null) {
      found.count();
      Form form = forms.get(0);
      byte[] signature = value.startsWith(form.prefix()) ? decode(form, value) : null;
      if (signature == null) {
        found.complaint =
            new Rejection(Reason.MALFORMED, place + " is not written as it should be");
      } else {
        found.add(form, signature);
      }
      return;
    }
    for (String entry : value.split(separator, MAX_ENTRIES + 1)) {
      found.count();
      readEntry(entry.strip(), found);
    }
    found.complaint =
        new Rejection(Reason.UNSUPPORTED, place + " has no signature of a kind that is accepted");
  }

  /** Junk and versions of tomorrow are passed over; two timestamps are not. */
  private void readEntry(String entry, Found found) {
    if (timestampPrefix != null && entry.startsWith(timestampPrefix)) {
      if (found.timestamp != null) {
        throw new Rejection(Reason.AMBIGUOUS, place + " has two timestamps");
      }
      found.timestamp = entry.substring(timestampPrefix.length());
      return;
    }
    for (Form form : forms) {
      byte[] signature = entry.startsWith(form.prefix()) ? decode(form, entry) : null;
      if (signature != null) {
        found.add(form, signature);
        return;
      }
    }
  }

  private static byte @Nullable [] decode(Form form, String entry) {
    byte[] signature = form.encoding().decode(entry.substring(form.prefix().length()));
    return signature != null && form.algorithm().allows(signature.length) ? signature : null;
  }

  /** Returns the value of the header to send. */
  String write(Map<Algorithm, List<byte[]>> signatures, String timestamp) {
    List<String> entries = new ArrayList<>();
    if (timestampPrefix != null) {
      entries.add(timestampPrefix + timestamp);
    }
    for (Form form : forms) {
      for (byte[] signature : signatures.getOrDefault(form.algorithm(), List.of())) {
        entries.add(form.prefix() + form.encoding().encode(signature));
      }
    }
    return String.join(separator == null ? "" : separator, entries);
  }

  boolean isSingle() {
    return separator == null;
  }

  boolean isPlainHeader() {
    return inBody == null && !place.endsWith("#");
  }
}
