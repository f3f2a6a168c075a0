package dev.parley.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks into JSON text without reading all of it: what stands at a pointer (RFC 6901), as the bytes
 * it is written in. It is for what a protocol itself needs, such as a cursor; values are read by
 * codecs.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Json {
  private static final int MAX_DEPTH = 500;

  private final byte[] bytes;
  private final int start;
  private final int end;

  private Json(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /**
   * Returns the value that text holds.
   *
   * @throws IllegalArgumentException if it is not JSON
   */
  public static Json of(byte[] text) {
    Scanner scanner = new Scanner(text);
    int start = scanner.space(0);
    int end = scanner.value(start, 0);
    if (scanner.space(end) != text.length) {
      throw scanner.malformed(end);
    }
    return new Json(text, start, end);
  }

  /** Returns the value at a pointer such as {@code /data/0/id}, or null if there is none. */
  public @Nullable Json at(String pointer) {
    if (pointer.isEmpty()) {
      return this;
    }
    if (pointer.charAt(0) != '/') {
      throw new IllegalArgumentException("a JSON pointer must be empty or begin with /");
    }
    Json value = this;
    for (String token : pointer.substring(1).split("/", -1)) {
      value = value.child(token.replace("~1", "/").replace("~0", "~"));
      if (value == null) {
        return null;
      }
    }
    return value;
  }

  /** Returns the text, number or truth value at a pointer, or null if there is none. */
  public @Nullable String text(String pointer) {
    Json value = at(pointer);
    return value == null ? null : value.text();
  }

  /** Returns whether this is null. */
  public boolean isNull() {
    return bytes[start] == 'n';
  }

  /** Returns whether this is a text. */
  public boolean isText() {
    return bytes[start] == '"';
  }

  /** Returns whether this is an array. */
  public boolean isArray() {
    return bytes[start] == '[';
  }

  /** Returns the elements of an array. */
  public List<Json> elements() {
    List<Json> elements = new ArrayList<>();
    Scanner scanner = new Scanner(bytes);
    int position = scanner.space(start + 1);
    while (bytes[position] != ']') {
      int last = scanner.value(position, 0);
      elements.add(new Json(bytes, position, last));
      position = scanner.next(last);
    }
    return elements;
  }

  /** Returns the bytes it is written in. */
  public byte[] toByteArray() {
    return Arrays.copyOfRange(bytes, start, end);
  }

  /** Returns where it lies only, since the value may be a secret. */
  @Override
  public String toString() {
    return "Json[" + (end - start) + " bytes]";
  }

  private @Nullable String text() {
    byte first = bytes[start];
    if (first == '{' || first == '[' || first == 'n') {
      return null;
    }
    return first == '"'
        ? new Scanner(bytes).unescaped(start, end)
        : new String(bytes, start, end - start, StandardCharsets.US_ASCII);
  }

  private @Nullable Json child(String token) {
    if (bytes[start] == '{') {
      Scanner scanner = new Scanner(bytes);
      int position = scanner.space(start + 1);
      while (bytes[position] != '}') {
        int nameEnd = scanner.value(position, 0);
        int valueStart = scanner.space(scanner.space(nameEnd) + 1);
        int valueEnd = scanner.value(valueStart, 0);
        if (scanner.unescaped(position, nameEnd).equals(token)) {
          return new Json(bytes, valueStart, valueEnd);
        }
        position = scanner.next(valueEnd);
      }
      return null;
    }
    if (isArray() && token.matches("0|[1-9][0-9]{0,8}")) {
      List<Json> elements = elements();
      int index = Integer.parseInt(token);
      return index < elements.size() ? elements.get(index) : null;
    }
    return null;
  }

  /** Finds where values end; strict enough to never run past its text. */
  private static final class Scanner {
    private final byte[] text;

    Scanner(byte[] text) {
      this.text = text;
    }

    int space(int from) {
      int at = from;
      while (at < text.length
          && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
        at++;
      }
      return at;
    }

    /** Returns the beginning of the next element, or of the closing bracket. */
    int next(int valueEnd) {
      int at = space(valueEnd);
      return text[at] == ',' ? space(at + 1) : at;
    }

    /** Returns the index after the value that begins here. */
    int value(int from, int depth) {
      if (from >= text.length || depth > MAX_DEPTH) {
        throw malformed(from);
      }
      return switch (text[from]) {
        case '"' -> string(from);
        case '{' -> container(from, '}', depth);
        case '[' -> container(from, ']', depth);
        case 't' -> word(from, "true");
        case 'f' -> word(from, "false");
        case 'n' -> word(from, "null");
        default -> number(from);
      };
    }

    IllegalArgumentException malformed(int at) {
      return new IllegalArgumentException("not JSON at byte " + at);
    }

    String unescaped(int from, int to) {
      String raw = new String(text, from + 1, to - from - 2, StandardCharsets.UTF_8);
      if (raw.indexOf('\\') < 0) {
        return raw;
      }
      StringBuilder plain = new StringBuilder(raw.length());
      for (int i = 0; i < raw.length(); i++) {
        char c = raw.charAt(i);
        if (c != '\\') {
          plain.append(c);
          continue;
        }
        char escape = i + 1 < raw.length() ? raw.charAt(++i) : '?';
        switch (escape) {
          case 'b' -> plain.append('\b');
          case 'f' -> plain.append('\f');
          case 'n' -> plain.append('\n');
          case 'r' -> plain.append('\r');
          case 't' -> plain.append('\t');
          case '"', '\\', '/' -> plain.append(escape);
          case 'u' -> {
            if (i + 4 >= raw.length()) {
              throw malformed(from);
            }
            try {
              plain.append((char) Integer.parseInt(raw.substring(i + 1, i + 5), 16));
            } catch (NumberFormatException e) {
              throw malformed(from);
            }
            i += 4;
          }
          default -> throw malformed(from);
        }
      }
      return plain.toString();
    }

    private int string(int from) {
      for (int at = from + 1; at < text.length; at++) {
        if (text[at] == '\\') {
          at++;
        } else if (text[at] == '"') {
          return at + 1;
        } else if (text[at] >= 0 && text[at] < ' ') {
          throw malformed(at);
        }
      }
      throw malformed(from);
    }

    private int container(int from, char close, int depth) {
      int at = space(from + 1);
      if (at < text.length && text[at] == close) {
        return at + 1;
      }
      while (true) {
        if (close == '}') {
          if (at >= text.length || text[at] != '"') {
            throw malformed(at);
          }
          at = space(string(at));
          if (at >= text.length || text[at] != ':') {
            throw malformed(at);
          }
          at = space(at + 1);
        }
        at = space(value(at, depth + 1));
        if (at >= text.length) {
          throw malformed(at);
        }
        if (text[at] == close) {
          return at + 1;
        }
        if (text[at] != ',') {
          throw malformed(at);
        }
        at = space(at + 1);
      }
    }

    private int word(int from, String word) {
      for (int i = 0; i < word.length(); i++) {
        if (from + i >= text.length || text[from + i] != word.charAt(i)) {
          throw malformed(from);
        }
      }
      return from + word.length();
    }

    private int number(int from) {
      int at = from;
      while (at < text.length && "+-.eE0123456789".indexOf(text[at]) >= 0) {
        at++;
      }
      if (at == from) {
        throw malformed(from);
      }
      return at;
    }
  }
}
