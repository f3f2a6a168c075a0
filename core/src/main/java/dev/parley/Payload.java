package dev.parley;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Encoded bytes with their content type: what a {@link Codec} makes and reads.
 *
 * <p>A replayable payload (bytes, text, a file, a supplier of streams) can be sent again with a
 * retry; a one-shot stream cannot, once it was opened. As the reply type of an operation a payload
 * is the body as it arrives, unbuffered: read it and {@link #close()} it.
 *
 * <p><b>Threads:</b> replayable payloads are immutable; a one-shot payload belongs to one thread at
 * a time.
 */
public interface Payload extends AutoCloseable {
  /** Returns the media type, such as {@code application/json}; empty if it is not known. */
  Optional<String> contentType();

  /** Returns the number of bytes; empty if it is not known beforehand. */
  OptionalLong size();

  /** Returns whether {@link #openStream()} gives the same bytes each time. */
  boolean isReplayable();

  /**
   * Returns all bytes. Do not change the array: it may be the payload itself.
   *
   * @throws UncheckedIOException if they cannot be read
   */
  byte[] toByteArray();

  /**
   * Opens the bytes for reading; the caller closes the stream.
   *
   * @throws IllegalStateException if the payload is one-shot and was opened before
   * @throws IOException if they cannot be read
   */
  InputStream openStream() throws IOException;

  /** Returns all bytes as UTF-8 text, malformed sequences replaced by U+FFFD. */
  default String toText() {
    return new String(toByteArray(), StandardCharsets.UTF_8);
  }

  /** Releases what the payload holds, such as a connection; does nothing for bytes. */
  @Override
  default void close() {}

  /** Returns the bytes of an array, which must not be changed afterwards. */
  static Payload of(byte[] bytes, String contentType) {
    return new BytesPayload(bytes, contentType);
  }

  /** Returns text as UTF-8 of type {@code text/plain; charset=utf-8}. */
  static Payload text(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8), "text/plain; charset=utf-8");
  }

  /**
   * Returns the content of a file. It is replayable as long as the file's length and time of change
   * stay what they were now.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  static Payload file(Path file, String contentType) {
    return new FilePayload(file, contentType);
  }

  /** Returns a payload whose bytes come from a new stream each time. */
  static Payload stream(Supplier<? extends InputStream> streams, String contentType) {
    Objects.requireNonNull(streams, "streams");
    return new StreamPayload(streams, true, contentType);
  }

  /** Returns a payload whose bytes can be read once, so that it cannot be sent again. */
  static Payload oneShot(InputStream stream, String contentType) {
    Objects.requireNonNull(stream, "stream");
    return new StreamPayload(() -> stream, false, contentType);
  }
}
