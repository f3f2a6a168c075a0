package dev.parley.codec.jackson;

import dev.parley.Codec;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.TypeRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.json.JsonMapper;

/** JSON of one type. */
final class JacksonCodec<T> implements Codec<T> {
  /**
   * Up to here bytes that are known to be replayable, so in memory or in a file, are read whole.
   */
  private static final long READ_WHOLE = 1 << 20;

  private final TypeRef<T> type;
  private final String contentType;
  private final ObjectReader reader;
  private final ObjectWriter writer;

  JacksonCodec(JsonMapper mapper, TypeRef<T> type, String contentType) {
    this.type = type;
    this.contentType = contentType;
    JavaType javaType = mapper.constructType(type.type());
    this.reader = mapper.readerFor(javaType);
    // A class is written as what the value is; a generic type as declared, for its arguments.
    this.writer = type.type() instanceof Class ? mapper.writer() : mapper.writerFor(javaType);
  }

  @Override
  public String contentType() {
    return contentType;
  }

  @Override
  public Payload encode(T value) {
    try {
      return Payload.of(writer.writeValueAsBytes(value), contentType);
    } catch (JacksonException e) {
      throw new CodecException(
          Failure.of(
                  Kind.LOCAL,
                  Effect.NOT_SENT,
                  "cannot write " + type + " as " + contentType + Explained.writing(e))
              .withCause(Explained.usersOwn(e)));
    }
  }

  @Override
  public T decode(Payload payload) {
    if (payload.isReplayable() && payload.size().orElse(Long.MAX_VALUE) <= READ_WHOLE) {
      return decode(payload.toByteArray());
    }
    Utf8InputStream stream = null;
    try (payload;
        Utf8InputStream opened = new Utf8InputStream(payload.openStream())) {
      stream = opened;
      return present(reader.readValue(opened));
    } catch (JacksonException e) {
      // Jackson wraps what the stream threw; how deep depends on where in the document it was.
      throw stream == null ? undecodable(e) : broken(stream, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the payload's stream", e);
    }
  }

  private T decode(byte[] bytes) {
    long malformed = new Utf8().check(bytes, 0, bytes.length, true);
    if (malformed >= 0) {
      throw malformed(malformed);
    }
    try {
      return present(reader.readValue(bytes));
    } catch (JacksonException e) {
      throw undecodable(e);
    }
  }

  private RuntimeException broken(Utf8InputStream stream, JacksonException e) {
    if (stream.malformed() >= 0) {
      return malformed(stream.malformed());
    }
    Exception failure = stream.failure();
    if (failure instanceof IOException io) {
      return new UncheckedIOException("cannot read the payload's stream", io);
    }
    return failure instanceof RuntimeException own ? own : undecodable(e);
  }

  private T present(T value) {
    if (value == null) {
      throw failure(Kind.PROTOCOL, "there is no value", null);
    }
    return value;
  }

  private CodecException malformed(long position) {
    return failure(Kind.PROTOCOL, "byte " + position + " is not valid UTF-8", null);
  }

  private CodecException undecodable(JacksonException e) {
    // A type that Jackson cannot handle at all is no fault of the peer's.
    Kind kind = e instanceof InvalidDefinitionException ? Kind.LOCAL : Kind.PROTOCOL;
    return failure(kind, Explained.reading(e), Explained.usersOwn(e));
  }

  private CodecException failure(Kind kind, String reason, @Nullable Throwable cause) {
    String message = "cannot read " + contentType + " as " + type + ": " + reason;
    return new CodecException(Failure.of(kind, Effect.POSSIBLE, message).withCause(cause));
  }
}
