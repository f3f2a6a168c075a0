package dev.parley.grpc;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import dev.parley.Codec;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.Codecs;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.ReflectableMarshaller;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One operation at one endpoint, with all that can be worked out before its first call. */
final class Bound<Q, R> {
  final Grpc<Q, R> grpc;
  final Idempotency idempotency;
  final MethodDescriptor<byte[], byte[]> method;

  private final @Nullable Codec<Q> requests; // null: the descriptor writes them
  private final @Nullable Codec<R> replies; // null: the descriptor reads them
  private final CallOptions options;
  private final int maxMessageBytes;

  Bound(Operation<Q, R> operation, Grpc<Q, R> grpc, Codecs codecs, GrpcSettings settings) {
    CallOptions options = settings.callOptions();
    this.maxMessageBytes = settings.maxMessageBytes;
    this.grpc = grpc;
    MethodDescriptor<Q, R> descriptor = grpc.descriptor();
    this.idempotency = operation.idempotencyOr(level(descriptor));
    String compression = grpc.extras().compression();
    this.options = compression == null ? options : options.withCompression(compression);
    if (descriptor == null) {
      this.requests = codecs.codec(operation.requestType());
      this.replies = codecs.codec(operation.replyType());
      this.method =
          MethodDescriptor.newBuilder(Messages.BYTES, Messages.BYTES)
              .setType(grpc.type())
              .setFullMethodName(grpc.name())
              .build();
    } else {
      checkType(operation, "requests", operation.requestType(), descriptor.getRequestMarshaller());
      checkType(operation, "replies", operation.replyType(), descriptor.getResponseMarshaller());
      this.requests = null;
      this.replies = null;
      this.method = descriptor.toBuilder(Messages.BYTES, Messages.BYTES).build();
    }
  }

  String name() {
    return grpc.name();
  }

  /** Returns the media type of a message alone. */
  String contentType() {
    return replies == null ? "application/x-protobuf" : replies.contentType();
  }

  boolean isServerStream() {
    return grpc.type() == MethodType.SERVER_STREAMING;
  }

  /** Returns the native options of an attempt. */
  CallOptions options() {
    return grpc.extras().options() == null ? options : grpc.extras().options().apply(options);
  }

  /**
   * Writes a request; without one there are no bytes.
   *
   * @throws CodecException if it cannot be written
   * @throws MessageTooLargeException if it is larger than a message may be
   */
  byte[] encode(@Nullable Q request) {
    byte[] bytes = request == null ? new byte[0] : bytes(request);
    if (bytes.length > maxMessageBytes) {
      throw new MessageTooLargeException(
          Failure.of(
              Kind.LOCAL,
              Effect.NOT_SENT,
              "a message of "
                  + name()
                  + " has "
                  + bytes.length
                  + " bytes, but maxMessageBytes is "
                  + maxMessageBytes));
    }
    return bytes;
  }

  private byte[] bytes(Q request) {
    Codec<Q> codec = requests;
    if (codec != null) {
      return codec.encode(request).toByteArray();
    }
    try {
      return Messages.readAll(descriptor().getRequestMarshaller().stream(request));
    } catch (RuntimeException e) {
      throw new CodecException(
          Failure.of(Kind.LOCAL, Effect.NOT_SENT, "a message of " + name() + " cannot be encoded")
              .withCause(e));
    }
  }

  /**
   * Reads a reply.
   *
   * @throws CodecException if it cannot be read
   */
  R decode(byte[] bytes) {
    Codec<R> codec = replies;
    if (codec != null) {
      return codec.decode(Payload.of(bytes, codec.contentType()));
    }
    try {
      return descriptor().getResponseMarshaller().parse(Messages.stream(bytes));
    } catch (RuntimeException e) {
      throw new CodecException(
          Failure.of(
                  Kind.PROTOCOL, Effect.POSSIBLE, "a message of " + name() + " cannot be decoded")
              .withCause(e));
    }
  }

  private MethodDescriptor<Q, R> descriptor() {
    return Objects.requireNonNull(grpc.descriptor(), "descriptor");
  }

  /**
   * Checks that the operation is used as what it is.
   *
   * @throws dev.parley.ConfigurationException if the method is of another type
   */
  void require(boolean fits) {
    if (!fits) {
      throw Problems.refused(
          name()
              + switch (grpc.type()) {
                case UNARY -> " has one request and one reply: use it on a CallChannel";
                case SERVER_STREAMING -> " is a server stream: use it on a StreamChannel";
                default -> " takes a stream of requests: use it on a DuplexChannel";
              });
    }
  }

  void require(MethodType type) {
    require(grpc.type() == type);
  }

  private static void checkType(
      Operation<?, ?> operation, String what, TypeRef<?> type, Marshaller<?> marshaller) {
    if (marshaller instanceof ReflectableMarshaller<?> known
        && !known.getMessageClass().equals(type.rawType())) {
      throw Problems.refused(
          "the operation "
              + operation.name()
              + " has "
              + what
              + " of "
              + type
              + ", but its gRPC method has "
              + known.getMessageClass().getName());
    }
  }

  /** What the option idempotency_level says. */
  private static Idempotency level(@Nullable MethodDescriptor<?, ?> descriptor) {
    if (descriptor == null) {
      return Idempotency.NONE;
    }
    IdempotencyLevel level =
        descriptor.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema
            ? schema.getMethodDescriptor().getOptions().getIdempotencyLevel()
            : IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
    if (descriptor.isSafe() || level == IdempotencyLevel.NO_SIDE_EFFECTS) {
      return Idempotency.SAFE;
    }
    return descriptor.isIdempotent() || level == IdempotencyLevel.IDEMPOTENT
        ? Idempotency.IDEMPOTENT
        : Idempotency.NONE;
  }
}
