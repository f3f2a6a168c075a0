package dev.parley.testkit.conformance;

import dev.parley.Codec;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.CodecProvider;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The typed body of the suites, with a codec of its own, so that they need no JSON.
 *
 * <p>On the wire it is UTF-8: the id, a line feed, the number of bytes of the text, a line feed and
 * the text. A body that was cut anywhere cannot pass for a whole one.
 *
 * @param id who it is
 * @param text what it says
 */
public record Note(String id, String text) {
  /** The media type of a note. */
  public static final String CONTENT_TYPE = "application/vnd.parley.note";

  /** Returns the codec of notes, to give to {@link dev.parley.Parley.Builder#codecs}. */
  public static CodecProvider codecs() {
    return new Provider();
  }

  /** Returns the note as it is on the wire. */
  public byte[] toBytes() {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] head = (id + "\n" + bytes.length + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[head.length + bytes.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(bytes, 0, all, head.length, bytes.length);
    return all;
  }

  /**
   * Reads a note from the wire.
   *
   * @throws CodecException if it is not a whole one
   */
  public static Note of(byte[] bytes) {
    int first = indexOf(bytes, 0);
    int second = first < 0 ? -1 : indexOf(bytes, first + 1);
    if (second < 0) {
      throw broken("it lacks its head");
    }
    int length;
    try {
      length = Integer.parseInt(text(bytes, first + 1, second));
    } catch (NumberFormatException e) {
      throw broken("its length is not a number");
    }
    if (bytes.length - second - 1 != length) {
      throw broken((bytes.length - second - 1) + " of " + length + " bytes are there");
    }
    return new Note(text(bytes, 0, first), text(bytes, second + 1, bytes.length));
  }

  private static int indexOf(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  private static CodecException broken(String what) {
    return new CodecException(
        Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, "the note cannot be read: " + what));
  }

  private static final class Provider implements CodecProvider {
    @Override
    @SuppressWarnings("unchecked") // the type has been compared
    public <T> Optional<Codec<T>> codec(TypeRef<T> type, String contentType) {
      // As JSON, say, a note is read by whoever reads JSON.
      boolean own = contentType.isEmpty() || contentType.equals(CONTENT_TYPE);
      return own && type.type() == Note.class
          ? Optional.of((Codec<T>) (Codec<?>) new NoteCodec())
          : Optional.empty();
    }
  }

  private static final class NoteCodec implements Codec<Note> {
    @Override
    public String contentType() {
      return CONTENT_TYPE;
    }

    @Override
    public Payload encode(Note value) {
      return Payload.of(value.toBytes(), CONTENT_TYPE);
    }

    @Override
    public Note decode(Payload payload) {
      return Note.of(payload.toByteArray());
    }
  }
}
