package dev.parley.webhook;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds one field in {@code multipart/form-data}. */
final class Multipart {
  private static final Pattern BOUNDARY =
      Pattern.compile("boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70}))", Pattern.CASE_INSENSITIVE);
  private static final int MAX_PARTS = 100;

  private Multipart() {}

  /** Returns the value of the field, or null if the body has no such field. */
  static @Nullable String field(String contentType, byte[] body, String name) {
    Matcher matcher = BOUNDARY.matcher(contentType);
    if (!contentType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")
        || !matcher.find()) {
      return null;
    }
    String boundary = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    // Byte for byte, so that positions and the value's own encoding survive.
    String text = "\r\n" + new String(body, StandardCharsets.ISO_8859_1);
    String[] parts = text.split(Pattern.quote("\r\n--" + boundary), MAX_PARTS + 2);
    if (parts.length > MAX_PARTS + 1) {
      throw new Rejection(Reason.TOO_LARGE, "more than " + MAX_PARTS + " form fields");
    }
    String value = null;
    for (String part : parts) {
      int end = part.indexOf("\r\n\r\n");
      if (end >= 0 && isNamed(part.substring(0, end), name)) {
        if (value != null) {
          throw new Rejection(Reason.AMBIGUOUS, "the form field " + name + " is there twice");
        }
        value = Json.utf8(part.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return value;
  }

  private static boolean isNamed(String head, String name) {
    for (String line : head.split("\r\n", -1)) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-disposition:")
          && (line.contains("; name=\"" + name + "\"") || line.endsWith("; name=" + name))) {
        return true;
      }
    }
    return false;
  }
}
