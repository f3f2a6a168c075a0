package dev.parley.spi;

import dev.parley.Codec;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.TypeRef;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;

/**
 * The codecs that need no provider: {@code byte[]}, {@link String}, {@link Payload}, {@link Void}.
 */
final class BuiltInCodecs {
  private static final String BINARY = "application/octet-stream";

  private BuiltInCodecs() {}

  @SuppressWarnings("unchecked") // each branch has compared the type
  static <T> Optional<Codec<T>> find(TypeRef<T> type) {
    if (type.type() == byte[].class) {
      return Optional.of((Codec<T>) new Bytes());
    }
    if (type.type() == String.class) {
      return Optional.of((Codec<T>) new Text());
    }
    if (type.type() == Payload.class) {
      return Optional.of((Codec<T>) new AsItIs());
    }
    if (type.type() == Void.class) {
      return Optional.of((Codec<T>) new Nothing());
    }
    return Optional.empty();
  }

  private static final class Bytes implements Codec<byte[]> {
    @Override
    public String contentType() {
      return BINARY;
    }

    @Override
    public Payload encode(byte[] value) {
      return Payload.of(value, BINARY);
    }

    @Override
    public byte[] decode(Payload payload) {
      return payload.toByteArray();
    }
  }

  private static final class Text implements Codec<String> {
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final char REPLACEMENT = '\uFFFD';

    @Override
    public String contentType() {
      return PLAIN;
    }

    @Override
    public Payload encode(String value) {
      return Payload.text(value);
    }

    // Strict: text that is not what its charset says is a fault of the peer, not a question mark.
    @Override
    public String decode(Payload payload) {
      Charset charset = charset(payload.contentType().orElse(""));
      byte[] bytes = payload.toByteArray();
      if (charset.equals(StandardCharsets.UTF_8)) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) < 0) {
          return text; // nothing was malformed
        }
      }
      try {
        return charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(bytes))
            .toString();
      } catch (CharacterCodingException e) {
        throw new CodecException(
            Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, "the text is not valid " + charset)
                .withCause(e));
      }
    }

    private static Charset charset(String contentType) {
      if (contentType.equals(PLAIN) || contentType.indexOf('=') < 0) {
        return StandardCharsets.UTF_8;
      }
      for (String part : contentType.split(";", -1)) {
        String parameter = part.trim();
        if (parameter.toLowerCase(Locale.ROOT).startsWith("charset=")) {
          String name = parameter.substring("charset=".length()).replace("\"", "");
          try {
            return Charset.forName(name);
          } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new CodecException(
                Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, "the text has an unknown charset")
                    .withCause(e));
          }
        }
      }
      return StandardCharsets.UTF_8;
    }
  }

  private static final class AsItIs implements Codec<Payload> {
    @Override
    public String contentType() {
      return BINARY;
    }

    @Override
    public Payload encode(Payload value) {
      return value;
    }

    @Override
    public Payload decode(Payload payload) {
      return payload;
    }
  }

  private static final class Nothing implements Codec<Void> {
    @Override
    public String contentType() {
      return "";
    }

    @Override
    public Payload encode(Void value) {
      return Payload.of(new byte[0], "");
    }

    @Override
    @SuppressWarnings("NullAway") // a Void has no other value
    public Void decode(Payload payload) {
      payload.close();
      return null;
    }
  }
}
