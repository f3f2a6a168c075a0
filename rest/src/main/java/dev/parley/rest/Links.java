package dev.parley.rest;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code Link} headers (RFC 8288). */
final class Links {
  private Links() {}

  /** Returns the target of the relation {@code next}, or null if there is none. */
  static @Nullable String next(List<String> headers) {
    for (String header : headers) {
      int position = 0;
      while (true) {
        int open = header.indexOf('<', position);
        int close = open < 0 ? -1 : header.indexOf('>', open);
        if (close < 0) {
          break;
        }
        int end = endOfParameters(header, close + 1);
        if (isNext(header.substring(close + 1, end))) {
          return header.substring(open + 1, close).trim();
        }
        position = end;
      }
    }
    return null;
  }

  // Up to the comma before the next link; commas in quotation marks do not count.
  private static int endOfParameters(String header, int from) {
    boolean quoted = false;
    for (int i = from; i < header.length(); i++) {
      char c = header.charAt(i);
      if (c == '\\' && quoted) {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        return i;
      }
    }
    return header.length();
  }

  // The first rel counts, and may hold several relations.
  private static boolean isNext(String parameters) {
    for (String parameter : parameters.split(";", -1)) {
      int equals = parameter.indexOf('=');
      if (equals > 0 && parameter.substring(0, equals).trim().equalsIgnoreCase("rel")) {
        String value = parameter.substring(equals + 1).trim().replace("\"", "");
        return List.of(value.toLowerCase(Locale.ROOT).split("\\s+", -1)).contains("next");
      }
    }
    return false;
  }
}
