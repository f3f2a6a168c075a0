package dev.parley;

/**
 * Turns values of one type into bytes and back.
 *
 * <p>Bytes ({@code byte[]}, {@link Payload}) and text ({@link String}) are built in; other types
 * come from a module such as {@code parley-codec-jackson}, found on the class path or given to
 * {@link Parley.Builder}.
 *
 * <p><b>Threads:</b> used by many at once.
 *
 * @param <T> the type of the values
 */
public interface Codec<T> {
  /** Returns the media type that {@link #encode} writes, such as {@code application/json}. */
  String contentType();

  /**
   * Encodes a value.
   *
   * @throws CodecException if it cannot be
   */
  Payload encode(T value);

  /**
   * Decodes a payload.
   *
   * @throws CodecException if it cannot be; the message does not hold the payload
   */
  T decode(Payload payload);
}
