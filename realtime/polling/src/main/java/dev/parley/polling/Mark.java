package dev.parley.polling;

import dev.parley.ConfigurationException;
import dev.parley.Position;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has been seen, as a {@link Position} carries it. Where the token says it all it is the
 * position, so that a stream of another kind whose ids are the same can go on there.
 *
 * @param token the cursor, or the value since which to ask; empty for the start
 * @param index how many elements of the answer to that token have been delivered
 * @param validators what the server tells a change of the answer by
 * @param seen short hashes of what was delivered and may come again
 * @param isEnd whether nothing follows
 */
record Mark(String token, int index, Validators validators, List<String> seen, boolean isEnd) {
  static final Mark START = new Mark("", 0, Validators.NONE, List.of(), false);

  /** More than this many hashes make a position too long to store. */
  private static final int MAX_SEEN = 100;

  /** The headers by which a server tells whether an answer has changed; empty for none. */
  record Validators(String etag, String modified) {
    static final Validators NONE = new Validators("", "");
  }

  /**
   * Reads a position.
   *
   * @throws ConfigurationException if it is not one of a poll
   */
  static Mark of(@Nullable Position position) {
    if (position == null) {
      return START;
    }
    String text = position.value().orElse(null);
    if (text == null) {
      throw notOurs();
    }
    if (!text.startsWith("~")) {
      return at(text);
    }
    Map<String, String> parts = new HashMap<>();
    for (String part : text.substring(1).split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw notOurs();
      }
      parts.put(
          part.substring(0, equals),
          URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
    }
    try {
      String seen = parts.getOrDefault("s", "");
      return new Mark(
          parts.getOrDefault("t", ""),
          Integer.parseInt(parts.getOrDefault("i", "0")),
          new Validators(parts.getOrDefault("e", ""), parts.getOrDefault("m", "")),
          seen.isEmpty() ? List.of() : List.of(seen.split("\\.", -1)),
          parts.containsKey("d"));
    } catch (NumberFormatException e) {
      throw notOurs();
    }
  }

  static Mark at(String token) {
    return new Mark(token, 0, Validators.NONE, List.of(), false);
  }

  Mark index(int newIndex) {
    return new Mark(token, newIndex, validators, seen, isEnd);
  }

  Mark seen(List<String> newSeen) {
    int from = Math.max(0, newSeen.size() - MAX_SEEN);
    return new Mark(token, index, validators, newSeen.subList(from, newSeen.size()), isEnd);
  }

  Mark end() {
    return new Mark(token, index, validators, seen, true);
  }

  boolean isStart() {
    return equals(START);
  }

  /** Returns it as the value of a position. */
  String text() {
    if (equals(at(token)) && !token.isEmpty() && token.charAt(0) != '~') {
      return token;
    }
    StringBuilder text = new StringBuilder("~t=").append(encoded(token));
    if (index > 0) {
      text.append("&i=").append(index);
    }
    if (!validators.etag().isEmpty()) {
      text.append("&e=").append(encoded(validators.etag()));
    }
    if (!validators.modified().isEmpty()) {
      text.append("&m=").append(encoded(validators.modified()));
    }
    if (!seen.isEmpty()) {
      text.append("&s=").append(String.join(".", seen));
    }
    return isEnd ? text.append("&d=1").toString() : text.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static ConfigurationException notOurs() {
    return BoundPoll.refused(
        "the position is not one of a poll: it must come from such a stream, or be the cursor or"
            + " the value to ask from");
  }
}
