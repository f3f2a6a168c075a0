package dev.parley.grpc;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.Descriptors;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.TypeRef;
import dev.parley.spi.Codecs;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.MethodDescriptor.ReflectableMarshaller;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import org.jspecify.annotations.Nullable;

/** One operation at one endpoint, with all that can be worked out before its first call. */
final class Bound<Q, R> {
  final Grpc<Q, R> grpc;
  final Idempotency idempotency;
  final MethodDescriptor<Object, Object> method;

  private final Form<Q> requests;
  private final Form<R> replies;
  private final CallOptions options;
  private final int maxMessageBytes;

  Bound(Operation<Q, R> operation, Grpc<Q, R> grpc, Codecs codecs, GrpcSettings settings) {
    CallOptions options = settings.callOptions();
    this.maxMessageBytes = settings.maxMessageBytes;
    this.grpc = grpc;
    MethodDescriptor<Q, R> descriptor = grpc.descriptor();
    Grpc.Dynamic dynamic = grpc.dynamic();
    this.idempotency = operation.idempotencyOr(level(descriptor, dynamic));
    String compression = grpc.extras().compression();
    this.options = compression == null ? options : options.withCompression(compression);
    TypeRef<Q> request = operation.requestType();
    TypeRef<R> reply = operation.replyType();
    if (descriptor != null) {
      checkType(operation, "requests", request, descriptor.getRequestMarshaller());
      checkType(operation, "replies", reply, descriptor.getResponseMarshaller());
      this.requests = new Form.ByMarshaller<>(descriptor.getRequestMarshaller());
      this.replies = new Form.ByMarshaller<>(descriptor.getResponseMarshaller());
      Marshaller<R> generated = descriptor.getResponseMarshaller();
      boolean isOne = grpc.type() == MethodType.UNARY && generated instanceof PrototypeMarshaller;
      this.method =
          descriptor.toBuilder(
                  new Messages.Outbound<>(descriptor.getRequestMarshaller()),
                  isOne ? new Messages.Replies(generated) : Messages.RAW)
              .build();
      return;
    }
    if (dynamic != null) {
      this.requests =
          new Form.ByJson<>(
              codecs.codec(request, Form.JSON), dynamic.method().getInputType(), dynamic.types());
      this.replies =
          new Form.ByJson<>(
              codecs.codec(reply, Form.JSON), dynamic.method().getOutputType(), dynamic.types());
    } else {
      this.requests = new Form.ByCodec<>(codecs.codec(request));
      this.replies = new Form.ByCodec<>(codecs.codec(reply));
    }
    this.method =
        MethodDescriptor.newBuilder(Messages.RAW, Messages.RAW)
            .setType(grpc.type())
            .setFullMethodName(grpc.name())
            .build();
  }

  String name() {
    return grpc.name();
  }

  /** Returns the media type of a message alone. */
  String contentType() {
    return replies.contentType();
  }

  boolean isServerStream() {
    return grpc.type() == MethodType.SERVER_STREAMING;
  }

  /** Returns the native options of an attempt. */
  CallOptions options() {
    return grpc.extras().options() == null ? options : grpc.extras().options().apply(options);
  }

  /**
   * Returns a request as {@link #method} takes it, most of them written; without one there are no
   * bytes.
   *
   * @throws CodecException if it cannot be written
   * @throws MessageTooLargeException if it is larger than a message may be
   */
  Object encode(@Nullable Q request) {
    if (request instanceof MessageLite message && requests.writesItself(request)) {
      checkSize(message.getSerializedSize());
      return message;
    }
    byte[] bytes = request == null ? new byte[0] : bytes(request);
    checkSize(bytes.length);
    return bytes;
  }

  private void checkSize(int length) {
    if (length > maxMessageBytes) {
      throw new MessageTooLargeException(
          Failure.of(
              Kind.LOCAL,
              Effect.NOT_SENT,
              "a message of "
                  + name()
                  + " has "
                  + length
                  + " bytes, but maxMessageBytes is "
                  + maxMessageBytes));
    }
  }

  private byte[] bytes(Q request) {
    try {
      return requests.write(request);
    } catch (ParleyException e) {
      throw e;
    } catch (RuntimeException | InvalidProtocolBufferException e) {
      throw new CodecException(
          Failure.of(Kind.LOCAL, Effect.NOT_SENT, "a message of " + name() + " cannot be encoded")
              .withCause(e));
    }
  }

  /**
   * Returns a reply that {@link #method} brought: most come as bytes.
   *
   * @throws CodecException if it cannot be read
   */
  @SuppressWarnings("unchecked") // what is neither bytes nor a failure was read by the method
  R decode(Object received) {
    try {
      if (received instanceof byte[] bytes) {
        return replies.read(bytes);
      }
      if (received instanceof Exception failure) {
        throw failure;
      }
      return (R) received;
    } catch (ParleyException e) {
      throw e;
    } catch (Exception e) {
      throw new CodecException(
          Failure.of(
                  Kind.PROTOCOL, Effect.POSSIBLE, "a message of " + name() + " cannot be decoded")
              .withCause(e));
    }
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
  private static Idempotency level(
      @Nullable MethodDescriptor<?, ?> descriptor, Grpc.@Nullable Dynamic dynamic) {
    Descriptors.MethodDescriptor schema = dynamic == null ? null : dynamic.method();
    if (descriptor != null
        && descriptor.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier) {
      schema = supplier.getMethodDescriptor();
    }
    IdempotencyLevel level =
        schema == null
            ? IdempotencyLevel.IDEMPOTENCY_UNKNOWN
            : schema.getOptions().getIdempotencyLevel();
    if (level == IdempotencyLevel.NO_SIDE_EFFECTS || (descriptor != null && descriptor.isSafe())) {
      return Idempotency.SAFE;
    }
    return level == IdempotencyLevel.IDEMPOTENT || (descriptor != null && descriptor.isIdempotent())
        ? Idempotency.IDEMPOTENT
        : Idempotency.NONE;
  }
}
