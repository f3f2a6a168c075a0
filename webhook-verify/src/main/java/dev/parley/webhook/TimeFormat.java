package dev.parley.webhook;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/**
 * How a provider writes a timestamp. Each provider has one; a number of milliseconds where seconds
 * are due is a date in the far future, and refused as such.
 *
 * @since 0.1
 */
public enum TimeFormat {
  /** Seconds since 1970, digits only. */
  SECONDS {
    @Override
    Instant read(String text) {
      return Instant.ofEpochSecond(digits(text));
    }

    @Override
    String write(Instant instant) {
      return Long.toString(instant.getEpochSecond());
    }
  },
  /** Milliseconds since 1970, digits only. */
  MILLIS {
    @Override
    Instant read(String text) {
      return Instant.ofEpochMilli(digits(text));
    }

    @Override
    String write(Instant instant) {
      return Long.toString(instant.toEpochMilli());
    }
  },
  /** As in RFC 3339, {@code 2026-11-21T04:40:00.123Z}, with an offset and up to nanoseconds. */
  RFC_3339 {
    @Override
    Instant read(String text) {
      if (text.length() > 35 || !DATE.matcher(text).matches()) {
        throw malformed();
      }
      return OffsetDateTime.parse(text).toInstant();
    }

    @Override
    String write(Instant instant) {
      return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }
  };

  private static final Pattern DATE =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
              + "(Z|[+-][0-9]{2}:[0-9]{2})");

  abstract Instant read(String text);

  abstract String write(Instant instant);

  final Instant parse(String text) {
    try {
      return read(text);
    } catch (DateTimeException | NumberFormatException e) {
      throw malformed();
    }
  }

  private static long digits(String text) {
    if (text.isEmpty() || text.length() > 19) {
      throw malformed();
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        throw malformed();
      }
    }
    return Long.parseLong(text);
  }

  private static Rejection malformed() {
    return new Rejection(Reason.MALFORMED, "the timestamp is not written as it should be");
  }
}
