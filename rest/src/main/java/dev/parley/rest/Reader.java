package dev.parley.rest;

import dev.parley.Codec;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Payload;
import dev.parley.ProtocolException;
import dev.parley.TypeRef;
import dev.parley.http.Bodies;
import dev.parley.spi.Codecs;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Optional;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Reads answers as one type. */
final class Reader<R> {
  /** Of what nobody reads, this much is worth reading so that the connection can be used again. */
  private static final long WORTH_DRAINING = 64 * 1024;

  private final String operation;
  private final TypeRef<R> type;
  private final Codecs codecs;
  private final long limit;
  private final boolean optional;
  private final @Nullable Codec<?> codec;
  private final String accept;

  Reader(String operation, TypeRef<R> type, Codecs codecs, long limit) {
    this.operation = operation;
    this.type = type;
    this.codecs = codecs;
    this.limit = limit;
    this.optional = type.rawType() == Optional.class;
    Type raw = type.type();
    if (raw == Payload.class || raw == Void.class) {
      this.codec = null;
      this.accept = "*/*";
    } else {
      this.codec = codecs.codec(value());
      this.accept = raw == byte[].class ? "*/*" : codec.contentType();
    }
  }

  /** Returns the media type to ask for. */
  String accept() {
    return accept;
  }

  /** Returns whether the type can say that there is nothing. */
  boolean isOptional() {
    return optional;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // each branch has compared the type; Void is null
  R read(Response response) throws IOException {
    if (type.type() == Payload.class) {
      return (R) Bodies.stream(response);
    }
    if (codec == null) {
      Bodies.readSome(response, WORTH_DRAINING);
      return null;
    }
    if (optional && isNothing(response.code())) {
      Bodies.readSome(response, WORTH_DRAINING);
      return (R) Optional.empty();
    }
    byte[] bytes = Bodies.read(response, limit);
    if (bytes.length == 0 && type.type() != byte[].class && type.type() != String.class) {
      throw protocol(
          "answered "
              + response.code()
              + " without a body, but the reply of "
              + operation
              + " is "
              + type
              + "; make it Void or Optional if there may be none");
    }
    String contentType = response.header("Content-Type");
    Codec<?> known = contentType == null || isOf(contentType, codec) ? codec : other(contentType);
    Object value = known.decode(Payload.of(bytes, contentType == null ? "" : contentType));
    return (R) (optional ? Optional.of(value) : value);
  }

  private static boolean isNothing(int status) {
    return status == 204 || status == 205 || status == 404;
  }

  // Media types are compared without their parameters, and without making new strings.
  private static boolean isOf(String contentType, Codec<?> codec) {
    String own = codec.contentType();
    int length = own.length();
    return contentType.regionMatches(true, 0, own, 0, length)
        && (contentType.length() == length
            || contentType.charAt(length) == ';'
            || contentType.charAt(length) == ' ');
  }

  private Codec<?> other(String contentType) {
    try {
      return codecs.codec(value(), contentType);
    } catch (ConfigurationException e) {
      throw protocol(
          "answered with a media type that no codec here reads as "
              + type
              + "; asked for was "
              + accept);
    }
  }

  private TypeRef<?> value() {
    if (optional && type.type() instanceof ParameterizedType generic) {
      return TypeRef.ofType(generic.getActualTypeArguments()[0]);
    }
    return type;
  }

  private static ProtocolException protocol(String message) {
    return new ProtocolException(
        Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, "the server " + message));
  }
}
