package dev.parley.webhook;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON, strictly: UTF-8 without a BOM, no name twice, 64 levels at most. Objects become maps,
 * arrays lists and strings strings; a number, true, false or null becomes a {@link Literal}.
 *
 * <p>What is not JSON ends in a {@link Rejection}.
 */
final class Json {
  private static final int MAX_DEPTH = 64;

  private final String text;
  private int position;

  private Json(String text) {
    this.text = text;
  }

  /** What is neither in quotes nor in brackets, as it was written. */
  record Literal(String text) {}

  static Object parse(byte[] bytes) {
    Json json = new Json(utf8(bytes));
    Object value = json.value(0);
    json.skipSpace();
    if (json.position < json.text.length()) {
      throw json.malformed();
    }
    return value;
  }

  /** Decodes UTF-8 and refuses what is not. */
  static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Rejection(Reason.MALFORMED, "the body is not UTF-8");
    }
  }

  /** Returns what stands at a path such as {@code data.0.id}, or null if nothing does. */
  static @Nullable Object at(@Nullable Object root, String path) {
    Object value = root;
    for (String step : path.split("\\.", -1)) {
      if (value instanceof Map<?, ?> map) {
        value = map.get(step);
      } else if (value instanceof List<?> list && step.matches("[0-9]{1,4}")) {
        int index = Integer.parseInt(step);
        value = index < list.size() ? list.get(index) : null;
      } else {
        return null;
      }
    }
    return value;
  }

  /**
   * Returns a string, or a number, true or false as it was written; null if it is anything else.
   */
  static @Nullable String text(@Nullable Object value) {
    if (value instanceof String string) {
      return string;
    }
    return value instanceof Literal literal && !literal.text().equals("null")
        ? literal.text()
        : null;
  }

  static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  /** Returns the value as JSON writes a string, quotes included. */
  static String quote(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw new Rejection(Reason.MALFORMED, "JSON is nested more than 64 levels deep");
    }
    skipSpace();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      default -> literal();
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> members = new LinkedHashMap<>();
    position++;
    skipSpace();
    if (skip('}')) {
      return members;
    }
    do {
      skipSpace();
      String name = string();
      skipSpace();
      expect(':');
      if (members.put(name, value(depth + 1)) != null) {
        throw new Rejection(Reason.AMBIGUOUS, "a name stands twice in one JSON object");
      }
      skipSpace();
    } while (skip(','));
    expect('}');
    return members;
  }

  private List<Object> array(int depth) {
    List<Object> elements = new ArrayList<>();
    position++;
    skipSpace();
    if (skip(']')) {
      return elements;
    }
    do {
      elements.add(value(depth + 1));
      skipSpace();
    } while (skip(','));
    expect(']');
    return elements;
  }

  private String string() {
    expect('"');
    int start = position;
    while (peek() != '"' && peek() != '\\' && peek() >= ' ') {
      position++;
    }
    if (peek() == '"') {
      return text.substring(start, position++);
    }
    StringBuilder unescaped = new StringBuilder().append(text, start, position);
    while (!skip('"')) {
      char c = next();
      if (c < ' ') {
        throw malformed();
      }
      unescaped.append(c == '\\' ? escape() : c);
    }
    return unescaped.toString();
  }

  private char escape() {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> (char) (hex() << 12 | hex() << 8 | hex() << 4 | hex());
      default -> throw malformed();
    };
  }

  private int hex() {
    char c = next();
    int digit = c < 128 ? Character.digit(c, 16) : -1;
    if (digit < 0) {
      throw malformed();
    }
    return digit;
  }

  private Literal literal() {
    int start = position;
    while (position < text.length() && isLiteral(text.charAt(position))) {
      position++;
    }
    String literal = text.substring(start, position);
    boolean known = literal.equals("true") || literal.equals("false") || literal.equals("null");
    if (!known && !isNumber(literal)) {
      throw malformed();
    }
    return new Literal(literal);
  }

  private static boolean isLiteral(char c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'z')
        || c == '-'
        || c == '+'
        || c == '.'
        || c == 'E';
  }

  /** The grammar of RFC 8259, by hand: a regular expression would recurse over long numbers. */
  private static boolean isNumber(String literal) {
    int at = literal.startsWith("-") ? 1 : 0;
    int digits = digits(literal, at);
    if (digits == 0 || (digits > 1 && literal.charAt(at) == '0')) {
      return false;
    }
    at += digits;
    if (at < literal.length() && literal.charAt(at) == '.') {
      digits = digits(literal, at + 1);
      if (digits == 0) {
        return false;
      }
      at += 1 + digits;
    }
    if (at < literal.length() && (literal.charAt(at) == 'e' || literal.charAt(at) == 'E')) {
      at++;
      if (at < literal.length() && (literal.charAt(at) == '+' || literal.charAt(at) == '-')) {
        at++;
      }
      digits = digits(literal, at);
      if (digits == 0) {
        return false;
      }
      at += digits;
    }
    return at == literal.length();
  }

  private static int digits(String text, int from) {
    int to = from;
    while (to < text.length() && text.charAt(to) >= '0' && text.charAt(to) <= '9') {
      to++;
    }
    return to - from;
  }

  private void skipSpace() {
    while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
  }

  private boolean skip(char c) {
    if (position < text.length() && text.charAt(position) == c) {
      position++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!skip(c)) {
      throw malformed();
    }
  }

  private char peek() {
    if (position >= text.length()) {
      throw malformed();
    }
    return text.charAt(position);
  }

  private char next() {
    char c = peek();
    position++;
    return c;
  }

  private Rejection malformed() {
    return new Rejection(Reason.MALFORMED, "not JSON at character " + position);
  }
}
