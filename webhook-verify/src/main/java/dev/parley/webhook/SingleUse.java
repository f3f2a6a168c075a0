package dev.parley.webhook;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Remembers with which body a token was used first, for the few providers whose signature covers a
 * token but not the body: Mailgun, and PayPal, whose CRC-32 of the body anybody can match.
 *
 * <p>The same token with the same body is a provider's retry, and passes on to be recognised as a
 * duplicate. With another body it is {@link Reason#REPLAYED}.
 *
 * <p>It is asked only after the signature was found right. On several nodes, implement it on what
 * they share. If it throws, the verification ends in {@link Reason#KEY_UNAVAILABLE}: answered 503,
 * and tried again by the provider.
 *
 * <p><b>Threads:</b> implementations must be safe for use by many threads.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SingleUse {
  /**
   * Returns the body that the token belongs to: the given one if the token is new, else the one it
   * was first used with.
   *
   * @param token names the scheme and the provider's token
   * @param body the SHA-256 of the body, in hex
   */
  String firstUse(String token, String body);

  /**
   * Returns a memory of this process for the last tokens, about 200 bytes each.
   *
   * @param tokens how many; the oldest make way
   */
  static SingleUse inMemory(int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("tokens (" + tokens + ") must be at least 1");
    }
    Map<String, String> seen =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > tokens;
          }
        };
    Object lock = new Object();
    return (token, body) -> {
      Objects.requireNonNull(body, "body");
      synchronized (lock) {
        return Objects.requireNonNullElse(seen.putIfAbsent(token, body), body);
      }
    };
  }
}
