package dev.parley.websocket;

import dev.parley.Codec;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.Codecs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A message to send, as text or as bytes.
 *
 * @param size the bytes it takes
 */
record Message(@Nullable String text, @Nullable ByteBuffer binary, int size) {
  /** Encodes one. */
  static Message of(
      Object message, TypeRef<?> type, Codecs codecs, WebSocket.Frames frames, int limit) {
    if (message instanceof String text && frames != WebSocket.Frames.BINARY) {
      int size =
          text.length() > limit / 3 ? text.getBytes(StandardCharsets.UTF_8).length : text.length();
      check(size, limit);
      return new Message(text, null, size);
    }
    return of(encode(message, type, codecs), frames, limit);
  }

  /** Makes one of what is encoded. */
  static Message of(Payload payload, WebSocket.Frames frames, int limit) {
    byte[] bytes = payload.toByteArray();
    check(bytes.length, limit);
    boolean isText =
        switch (frames) {
          case AUTO -> payload.contentType().map(Message::isText).orElse(false);
          case TEXT -> true;
          case BINARY -> false;
        };
    return isText
        ? new Message(new String(bytes, StandardCharsets.UTF_8), null, bytes.length)
        : new Message(null, ByteBuffer.wrap(bytes), bytes.length);
  }

  @SuppressWarnings("unchecked") // a value is encoded by the codec of its type
  static Payload encode(Object message, TypeRef<?> type, Codecs codecs) {
    boolean isOfType = type.rawType().isInstance(message);
    TypeRef<?> actual = isOfType ? type : TypeRef.of(message.getClass());
    if (message instanceof Payload payload) {
      return payload;
    }
    return ((Codec<Object>) codecs.codec(actual)).encode(message);
  }

  private static void check(int size, int limit) {
    if (size > limit) {
      throw Failures.tooLarge(
          Kind.LOCAL,
          "the message has "
              + size
              + " bytes, but the limit is "
              + limit
              + ": send less, or raise maxMessageBytes");
    }
  }

  private static boolean isText(String contentType) {
    String bare = contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    return bare.startsWith("text/")
        || bare.endsWith("json")
        || bare.endsWith("xml")
        || bare.equals("application/javascript");
  }
}
