package dev.parley.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * How long a peer asks to wait, as the headers of its answer tell it. The first that is there and
 * well formed wins: {@code retry-after-ms}, {@code x-ms-retry-after-ms}, {@code x-amz-retry-after}
 * (milliseconds), {@code Retry-After}; without one of these, and for an answer that comes from the
 * peer and not from a cache, {@code RateLimit} and {@code X-RateLimit-Reset}.
 */
final class Hints {
  private static final Duration LONGEST = Duration.ofDays(36_500);
  private static final long EPOCH_FROM = 1_000_000_000L;

  private Hints() {}

  /**
   * Returns the wait, or null if the peer does not say.
   *
   * @param limits whether to look at the headers that tell a rate limit
   */
  static @Nullable Duration of(Headers headers, Instant now, boolean limits) {
    Duration hint = millis(headers.get("retry-after-ms"));
    if (hint == null) {
      hint = millis(headers.get("x-ms-retry-after-ms"));
    }
    if (hint == null) {
      hint = millis(headers.get("x-amz-retry-after"));
    }
    if (hint == null) {
      hint = retryAfter(headers, now);
    }
    if (hint == null && limits) {
      hint = rateLimit(headers.get("RateLimit"));
    }
    if (hint == null && limits) {
      hint = reset(headers, now);
    }
    return hint;
  }

  private static @Nullable Duration millis(@Nullable String value) {
    long millis = number(value);
    return millis < 0 ? null : capped(Duration.ofMillis(millis));
  }

  private static @Nullable Duration retryAfter(Headers headers, Instant now) {
    String value = headers.get("Retry-After");
    if (value == null) {
      return null;
    }
    long seconds = number(value);
    if (seconds >= 0) {
      return seconds(seconds);
    }
    Instant date = date(value);
    return date == null ? null : until(date, headers, now);
  }

  // RateLimit: "default";r=0;t=30 (draft 8 and later), or limit=100, remaining=0, reset=30.
  private static @Nullable Duration rateLimit(@Nullable String value) {
    if (value == null) {
      return null;
    }
    Duration longest = null;
    for (String policy : value.split(value.contains(";") ? "," : "\n", -1)) {
      long remaining = -1;
      long reset = -1;
      for (String part : policy.split("[;,]", -1)) {
        int equals = part.indexOf('=');
        String name = equals < 0 ? "" : part.substring(0, equals).trim().toLowerCase(Locale.ROOT);
        long number = equals < 0 ? -1 : number(part.substring(equals + 1));
        if (name.equals("r") || name.equals("remaining")) {
          remaining = number;
        } else if (name.equals("t") || name.equals("reset")) {
          reset = number;
        }
      }
      if (remaining == 0 && reset >= 0) {
        Duration wait = seconds(reset);
        longest = longest == null || wait.compareTo(longest) > 0 ? wait : longest;
      }
    }
    return longest;
  }

  private static @Nullable Duration reset(Headers headers, Instant now) {
    long reset = number(headers.get("X-RateLimit-Reset"));
    String remaining = headers.get("X-RateLimit-Remaining");
    if (reset < 0 || (remaining != null && number(remaining) != 0)) {
      return null;
    }
    if (reset < EPOCH_FROM) {
      return seconds(reset);
    }
    return reset > Instant.MAX.getEpochSecond()
        ? LONGEST
        : until(Instant.ofEpochSecond(reset), headers, now);
  }

  // By the peer's own clock where it tells it, so that the skew of ours does not matter.
  private static Duration until(Instant moment, Headers headers, Instant now) {
    String dateHeader = headers.get("Date");
    Instant peersNow = dateHeader == null ? null : date(dateHeader);
    Duration wait = Duration.between(peersNow == null ? now : peersNow, moment);
    return wait.isNegative() ? Duration.ZERO : capped(wait);
  }

  private static @Nullable Instant date(String value) {
    try {
      return ZonedDateTime.parse(value.trim(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Duration seconds(long seconds) {
    return seconds > LONGEST.toSeconds() ? LONGEST : Duration.ofSeconds(seconds);
  }

  private static Duration capped(Duration wait) {
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  /** Returns a number of digits alone, or -1 for anything else; very long ones are capped. */
  private static long number(@Nullable String value) {
    if (value == null) {
      return -1;
    }
    String digits = value.trim();
    if (digits.isEmpty()) {
      return -1;
    }
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        return -1;
      }
    }
    return digits.length() > 18 ? Long.MAX_VALUE / 1000 : Long.parseLong(digits);
  }
}
