package dev.parley.webhook;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields of {@code a=1&b=2}: UTF-8 whatever charset the request claims, and no escape that is
 * none.
 */
final class Form {
  private static final int MAX_FIELDS = 2000;

  private final SortedMap<String, SortedSet<String>> fields = new TreeMap<>();

  private Form() {}

  static Form parse(String text) {
    Form form = new Form();
    if (text.isEmpty()) {
      return form;
    }
    String[] pairs = text.split("&", MAX_FIELDS + 1);
    if (pairs.length > MAX_FIELDS) {
      throw new Rejection(Reason.TOO_LARGE, "more than " + MAX_FIELDS + " form fields");
    }
    for (String pair : pairs) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      form.fields.computeIfAbsent(name, key -> new TreeSet<>()).add(value);
    }
    return form;
  }

  /** Returns the only value of a field, or null if there is no such field. */
  @Nullable String get(String name) {
    SortedSet<String> values = fields.get(name);
    if (values == null) {
      return null;
    }
    if (values.size() > 1) {
      throw new Rejection(Reason.AMBIGUOUS, name + " is there twice");
    }
    return values.first();
  }

  /** Returns names and values, sorted by name, then value, with nothing between them. */
  String sorted() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, SortedSet<String>> field : fields.entrySet()) {
      for (String value : field.getValue()) {
        text.append(field.getKey()).append(value);
      }
    }
    return text.toString();
  }

  /** Undoes {@code +} and {@code %20}. */
  static String decode(String text) {
    return percentDecode(text.replace('+', ' '));
  }

  static String percentDecode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] encoded = Encoding.utf8(text);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length);
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] != '%') {
        decoded.write(encoded[i]);
        continue;
      }
      int high = i + 2 < encoded.length ? Character.digit((char) encoded[i + 1], 16) : -1;
      int low = i + 2 < encoded.length ? Character.digit((char) encoded[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw new Rejection(Reason.MALFORMED, "a % that two hex digits do not follow");
      }
      decoded.write(high << 4 | low);
      i += 2;
    }
    return Json.utf8(decoded.toByteArray());
  }
}
