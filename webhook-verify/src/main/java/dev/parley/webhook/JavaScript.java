package dev.parley.webhook;

/** How JavaScript escapes, for the providers whose signatures depend on it. */
final class JavaScript {
  private static final String UNRESERVED = "-_.~";
  private static final String MARKS = "-_.!~*'()";

  private JavaScript() {}

  /** {@code encodeURI}. */
  static String encodeUri(String text) {
    return escape(text, MARKS + ";,/?:@&=+$#");
  }

  /** {@code querystring.escape}. */
  static String escapeQuery(String text) {
    return escape(text, MARKS);
  }

  /** RFC 3986. */
  static String percentEncode(String text) {
    return escape(text, UNRESERVED);
  }

  private static String escape(String text, String plain) {
    StringBuilder escaped = new StringBuilder();
    for (byte each : Encoding.utf8(text)) {
      char c = (char) (each & 0xff);
      boolean isPlain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || plain.indexOf(c) >= 0;
      if (isPlain) {
        escaped.append(c);
      } else {
        escaped.append(String.format("%%%02X", (int) c));
      }
    }
    return escaped.toString();
  }
}
