package dev.parley.websocket;

import dev.parley.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Correlation by a field of the outermost JSON object. It parses no more than it needs. */
final class JsonField implements Correlation {
  private static final String JSON = "application/json";

  private final String name;

  JsonField(String name) {
    if (!name.matches("[A-Za-z0-9_-]+")) {
      throw Failures.refused("the name of a JSON field must be letters, digits, _ or -");
    }
    this.name = name;
  }

  @Override
  public Payload request(Payload body, String id, @Nullable String idempotencyKey) {
    String text = body.toText();
    int open = skipSpace(text, 0);
    if (open >= text.length() || text.charAt(open) != '{') {
      throw Failures.refused(
          "a request that is told by the field " + name + " must be a JSON object");
    }
    int first = skipSpace(text, open + 1);
    boolean isEmpty = first < text.length() && text.charAt(first) == '}';
    String field = "\"" + name + "\":\"" + id + "\"" + (isEmpty ? "" : ",");
    String stamped = text.substring(0, open + 1) + field + text.substring(open + 1);
    return Payload.of(stamped.getBytes(StandardCharsets.UTF_8), JSON);
  }

  @Override
  public Optional<Answered> reply(Payload message) {
    String text = message.toText();
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      } else if (c == '"') {
        int end = endOfString(text, i);
        if (end < 0) {
          return Optional.empty();
        }
        int colon = skipSpace(text, end + 1);
        boolean isKey = depth == 1 && colon < text.length() && text.charAt(colon) == ':';
        if (isKey && text.substring(i + 1, end).equals(name)) {
          return value(text, skipSpace(text, colon + 1)).map(id -> new Answered(id, message, null));
        }
        i = end;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> value(String text, int at) {
    if (at >= text.length() || text.charAt(at) != '"') {
      return Optional.empty();
    }
    int end = endOfString(text, at);
    return end < 0 ? Optional.empty() : Optional.of(text.substring(at + 1, end));
  }

  private static int endOfString(String text, int open) {
    for (int i = open + 1; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == '"') {
        return i;
      }
    }
    return -1;
  }

  private static int skipSpace(String text, int from) {
    int at = from;
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at;
  }

  @Override
  public String toString() {
    return "Correlation[JSON field " + name + "]";
  }
}
