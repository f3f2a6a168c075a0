package dev.parley.graphql;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A document's text and the operations in it, found by a scan of its top level. Whether the rest is
 * valid is for the schema to say, which is the server's or the build's.
 */
final class Document {
  /** What an operation does. */
  enum Type {
    QUERY,
    MUTATION,
    SUBSCRIPTION;

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** An operation in it. */
  record Definition(Type type, @Nullable String name) {
    @Override
    public String toString() {
      return name == null ? type.word() : type.word() + " " + name;
    }
  }

  private final String text;
  private final List<Definition> definitions;

  private Document(String text, List<Definition> definitions) {
    this.text = text;
    this.definitions = definitions;
  }

  /**
   * Scans a text.
   *
   * @throws IllegalArgumentException if it holds no operation, or its brackets or strings are not
   *     closed
   */
  static Document of(String text) {
    List<Definition> definitions = new Scanner(text).definitions();
    if (definitions.isEmpty()) {
      throw new IllegalArgumentException(
          "the document holds no operation: write it like query Name($id: ID!) { … }");
    }
    return new Document(text, definitions);
  }

  String text() {
    return text;
  }

  /** Returns the number of operations. */
  int size() {
    return definitions.size();
  }

  /**
   * Returns the only operation, or the one of a name.
   *
   * @throws IllegalArgumentException if there is no such operation, or more than one without a name
   *     to choose by
   */
  Definition operation(@Nullable String name) {
    if (name == null && definitions.size() == 1) {
      return definitions.get(0);
    }
    for (Definition each : definitions) {
      if (name != null && name.equals(each.name)) {
        return each;
      }
    }
    String known = definitions.stream().map(Definition::toString).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        name == null
            ? "the document holds several operations: choose one by operation(name) from " + known
            : "the document holds no operation " + name + ", but " + known);
  }

  /** Returns the SHA-256 of the text in hexadecimal digits. */
  String hash() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static final class Scanner {
    private final String text;
    private int at;

    Scanner(String text) {
      this.text = text;
    }

    List<Definition> definitions() {
      List<Definition> found = new ArrayList<>();
      for (skipIgnored(); at < text.length(); skipIgnored()) {
        if (text.charAt(at) == '{') {
          found.add(new Definition(Type.QUERY, null));
        } else if (isNameStart(text.charAt(at))) {
          Type type = type(name());
          if (type != null) {
            skipIgnored();
            boolean named = at < text.length() && isNameStart(text.charAt(at));
            found.add(new Definition(type, named ? name() : null));
          }
        } else {
          throw malformed("a definition cannot begin", at);
        }
        skipDefinition();
      }
      return found;
    }

    /** Goes behind the brace that closes the definition. */
    private void skipDefinition() {
      StringBuilder open = new StringBuilder();
      int begin = at;
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '"') {
          skipString();
        } else if (c == '#') {
          skipIgnored();
        } else {
          if (open.isEmpty() && !Character.isWhitespace(c)) {
            begin = at;
          }
          at++;
          if (c == '{' || c == '(' || c == '[') {
            open.append(c);
          } else if (c == '}' || c == ')' || c == ']') {
            close(open, c);
            if (c == '}' && open.isEmpty()) {
              return;
            }
          }
        }
      }
      throw malformed("what begins is never closed", begin);
    }

    private void close(StringBuilder open, char bracket) {
      int last = open.length() - 1;
      char expected = bracket == '}' ? '{' : bracket == ')' ? '(' : '[';
      if (last < 0 || open.charAt(last) != expected) {
        throw malformed("a bracket closes what is not open", at - 1);
      }
      open.setLength(last);
    }

    private void skipString() {
      int begin = at;
      if (text.startsWith("\"\"\"", at)) {
        int end = text.indexOf("\"\"\"", at + 3);
        while (end > 0 && text.charAt(end - 1) == '\\') {
          end = text.indexOf("\"\"\"", end + 3);
        }
        if (end < 0) {
          throw malformed("a text is not closed", begin);
        }
        at = end + 3;
        return;
      }
      for (at++; at < text.length() && text.charAt(at) != '\n'; at++) {
        if (text.charAt(at) == '\\') {
          at++;
        } else if (text.charAt(at) == '"') {
          at++;
          return;
        }
      }
      throw malformed("a text is not closed", begin);
    }

    /** Goes behind white space, commas and comments. */
    private void skipIgnored() {
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '#') {
          int end = text.indexOf('\n', at);
          at = end < 0 ? text.length() : end;
        } else if (c == ',' || c == '\uFEFF' || Character.isWhitespace(c)) {
          at++;
        } else {
          return;
        }
      }
    }

    private String name() {
      int begin = at;
      while (at < text.length()
          && (isNameStart(text.charAt(at)) || Character.isDigit(text.charAt(at)))) {
        at++;
      }
      return text.substring(begin, at);
    }

    private @Nullable Type type(String word) {
      return switch (word) {
        case "query" -> Type.QUERY;
        case "mutation" -> Type.MUTATION;
        case "subscription" -> Type.SUBSCRIPTION;
        case "fragment" -> null;
        default -> throw malformed("\"" + word + "\" begins no definition", at - word.length());
      };
    }

    private static boolean isNameStart(char c) {
      return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private IllegalArgumentException malformed(String what, int position) {
      long line = text.substring(0, position).chars().filter(c -> c == '\n').count() + 1;
      int column = position - text.lastIndexOf('\n', position - 1);
      return new IllegalArgumentException(
          "the document is malformed: " + what + " at line " + line + ", column " + column);
    }
  }
}
