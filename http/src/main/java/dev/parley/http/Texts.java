package dev.parley.http;

import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Period;
import java.time.ZoneId;
import java.time.temporal.TemporalAccessor;
import java.util.Currency;
import java.util.Date;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values as text in paths, queries and headers. */
final class Texts {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private Texts() {}

  /** Returns whether values of a type are written as one text. */
  static boolean isSimple(Class<?> type) {
    return type.isPrimitive()
        || CharSequence.class.isAssignableFrom(type)
        || Number.class.isAssignableFrom(type)
        || type == Boolean.class
        || type == Character.class
        || type.isEnum()
        || type == UUID.class
        || type == URI.class
        || TemporalAccessor.class.isAssignableFrom(type)
        || type == Duration.class
        || type == Period.class
        || type == Locale.class
        || type == Currency.class
        || ZoneId.class.isAssignableFrom(type)
        || type == Date.class;
  }

  /**
   * Returns a value as text, or null if there is none.
   *
   * @param where what it is for, for the message when it has no form as text
   */
  static @Nullable String of(@Nullable Object value, String where) {
    if (value == null || value instanceof String) {
      return (String) value;
    }
    if (value instanceof Optional<?> optional) {
      return of(optional.orElse(null), where);
    }
    if (value instanceof Enum<?> constant) {
      return constant.name();
    }
    if (value instanceof Locale locale) {
      return locale.toLanguageTag();
    }
    if (value instanceof Date date) {
      return date.toInstant().toString();
    }
    if (isSimple(value.getClass())) {
      return value.toString();
    }
    if (value instanceof Record) {
      RecordComponent[] components = value.getClass().getRecordComponents();
      if (components.length == 1) {
        return of(Plan.read(components[0], value), where);
      }
    }
    throw Problems.refused(
        where
            + " cannot be made of a "
            + value.getClass().getName()
            + ": give a text, a number, a boolean, an enum, a UUID, a URI, a time, or a record"
            + " of one of these");
  }

  /** Appends text percent-encoded: all but letters, digits, hyphen, point, underscore, tilde. */
  static void encode(String text, StringBuilder to) {
    for (int i = 0; i < text.length(); i++) {
      if (!isUnreserved(text.charAt(i))) {
        to.append(text, 0, i);
        encodeBytes(text.substring(i).getBytes(StandardCharsets.UTF_8), to);
        return;
      }
    }
    to.append(text);
  }

  private static void encodeBytes(byte[] bytes, StringBuilder to) {
    for (byte each : bytes) {
      if (each >= 0 && isUnreserved((char) each)) {
        to.append((char) each);
      } else {
        to.append('%').append(HEX[(each >> 4) & 0xf]).append(HEX[each & 0xf]);
      }
    }
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }
}
