package dev.parley;

import java.util.Objects;

/** Checks of idempotency keys. */
final class Keys {
  private static final int MAX_LENGTH = 255;

  private Keys() {}

  static String check(String key) {
    Objects.requireNonNull(key, "idempotencyKey");
    if (key.isEmpty() || key.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "idempotencyKey must have 1 to 255 characters, but has " + key.length());
    }
    if (!key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("idempotencyKey must be visible ASCII without spaces");
    }
    return key;
  }
}
