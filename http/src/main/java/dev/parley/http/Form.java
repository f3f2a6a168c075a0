package dev.parley.http;

import dev.parley.Payload;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a form as a body, {@code application/x-www-form-urlencoded}. To send a record as a
 * form see {@link Http#form()}.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Form implements Payload {
  static final String MEDIA_TYPE = "application/x-www-form-urlencoded";

  private final byte[] bytes;

  private Form(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns a form of names and values in turn.
   *
   * @throws IllegalArgumentException if the last name is without its value
   */
  public static Form of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException(
          "Form.of takes names and values in turn, but the last name is without its value");
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      append(namesAndValues[i], namesAndValues[i + 1], text);
    }
    return new Form(text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns a record or a map as a form. */
  static Form encoded(Object value) {
    StringBuilder text = new StringBuilder();
    if (value instanceof Map<?, ?> fields) {
      fields.forEach((name, field) -> field(String.valueOf(name), field, text));
    } else if (value instanceof Record) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        field(component.getName(), Plan.read(component, value), text);
      }
    } else {
      throw Problems.refused(
          "a form cannot be made of a " + value.getClass().getName() + ": give a record or a map");
    }
    return new Form(text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static void field(String name, @Nullable Object value, StringBuilder text) {
    if (value instanceof Iterable<?> values) {
      for (Object each : values) {
        field(name, each, text);
      }
    } else if (value != null && value.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(value); i++) {
        field(name, Array.get(value, i), text);
      }
    } else {
      String plain = Texts.of(value, "the field " + name);
      if (plain != null) {
        append(name, plain, text);
      }
    }
  }

  private static void append(String name, String value, StringBuilder text) {
    if (text.length() > 0) {
      text.append('&');
    }
    Texts.encode(name, text);
    text.append('=');
    Texts.encode(value, text);
  }

  @Override
  public Optional<String> contentType() {
    return Optional.of(MEDIA_TYPE);
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.of(bytes.length);
  }

  @Override
  public boolean isReplayable() {
    return true;
  }

  @Override
  public byte[] toByteArray() {
    return bytes;
  }

  @Override
  public InputStream openStream() {
    return new ByteArrayInputStream(bytes);
  }

  /** Returns the size only, since fields may be secret. */
  @Override
  public String toString() {
    return "Form[" + bytes.length + " bytes]";
  }
}
