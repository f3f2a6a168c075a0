package dev.parley.webhook;

import java.nio.charset.StandardCharsets;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text such as <code>{timestamp}.{body}</code>, put together from parts of a request.
 *
 * <p>The parts: <code>{body}</code>, <code>{timestamp}</code>, <code>{method}</code>, <code>{url}
 * </code>, <code>{secret}</code>, <code>{header:Name}</code>, <code>{query:name}</code>, <code>
 * {json:path.to.it}</code>, <code>{form:name}</code> and <code>{form}</code>, which is all fields,
 * sorted.
 */
final class Template {
  private static final Pattern PART = Pattern.compile("\\{([a-z]+)(?::([^}]+))?}");

  private final String pattern;
  private final List<Part> parts;

  private Template(String pattern, List<Part> parts) {
    this.pattern = pattern;
    this.parts = parts;
  }

  /** What a template is filled from. */
  record Values(
      Material material, @Nullable String url, @Nullable String timestamp, @Nullable Key key) {
    /** For what is neither signed nor secret. */
    static Values of(Material material) {
      return new Values(material, null, null, null);
    }
  }

  private interface Part {
    byte[] bytes(Values values);
  }

  static Template parse(String pattern) {
    List<Part> parts = new ArrayList<>();
    Matcher matcher = PART.matcher(pattern);
    int end = 0;
    while (matcher.find()) {
      addText(parts, pattern, end, matcher.start());
      parts.add(part(pattern, matcher.group(1), matcher.group(2)));
      end = matcher.end();
    }
    addText(parts, pattern, end, pattern.length());
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("an empty text cannot be signed");
    }
    return new Template(pattern, List.copyOf(parts));
  }

  private static void addText(List<Part> parts, String pattern, int from, int to) {
    if (from < to) {
      String text = pattern.substring(from, to);
      if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
        throw unknown(pattern, text);
      }
      byte[] bytes = Encoding.utf8(text);
      parts.add(values -> bytes);
    }
  }

  private static Part part(String pattern, String kind, @Nullable String name) {
    if (name == null) {
      return switch (kind) {
        case "body" -> values -> values.material().request().body();
        case "timestamp" -> values -> ascii("the timestamp", values.timestamp());
        case "method" -> values -> Encoding.utf8(values.material().request().method());
        case "url" -> values -> Encoding.utf8(required("the URL", values.url()));
        case "secret" -> values -> Objects.requireNonNull(values.key(), "key").secret();
        case "form" -> values -> Encoding.utf8(values.material().form().sorted());
        default -> throw unknown(pattern, kind);
      };
    }
    return switch (kind) {
      case "header" -> values -> ascii(name, values.material().request().header(name));
      case "query" -> values -> Encoding.utf8(required(name, values.material().query().get(name)));
      case "json" -> values -> Encoding.utf8(values.material().requiredJson(name));
      case "form" -> values -> Encoding.utf8(values.material().requiredForm(name));
      default -> throw unknown(pattern, kind);
    };
  }

  /** Passes the parts on, one by one, so that nobody copies the body. */
  void to(Crypto.Sink sink, Values values) throws SignatureException {
    for (Part part : parts) {
      sink.accept(part.bytes(values));
    }
  }

  /** Returns the whole text, for short ones. */
  String text(Values values) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      text.append(new String(part.bytes(values), StandardCharsets.UTF_8));
    }
    return text.toString();
  }

  boolean uses(String part) {
    return pattern.contains(part);
  }

  /** Returns the name of the header if this is nothing but one. */
  @Nullable String header() {
    Matcher matcher = PART.matcher(pattern);
    return matcher.matches() && matcher.group(1).equals("header") ? matcher.group(2) : null;
  }

  /** Returns whether all that this takes from a request is signed, too. */
  boolean isWithin(@Nullable Template signed, boolean bodyIsSigned) {
    Matcher matcher = PART.matcher(pattern);
    boolean within = true;
    while (matcher.find()) {
      boolean inBody = matcher.group(1).equals("json") || matcher.group(1).equals("form");
      boolean named = signed != null && signed.uses(matcher.group());
      boolean allFields =
          signed != null && signed.uses("{form}") && matcher.group(1).equals("form");
      within &= named || allFields || (inBody && bodyIsSigned);
    }
    return within;
  }

  @Override
  public String toString() {
    return pattern;
  }

  private static byte[] ascii(String name, @Nullable String value) {
    String text = required(name, value);
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        throw new Rejection(Reason.MALFORMED, name + " is not plain ASCII");
      }
    }
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String required(String name, @Nullable String value) {
    if (value == null) {
      throw new Rejection(Reason.MISSING, name + " is missing");
    }
    return value;
  }

  private static IllegalArgumentException unknown(String pattern, String part) {
    return new IllegalArgumentException(
        "\""
            + part
            + "\" in \""
            + pattern
            + "\" is unknown; there are {body}, {timestamp}, {method}, {url}, {secret},"
            + " {header:name}, {query:name}, {json:path}, {form:name} and {form}");
  }
}
