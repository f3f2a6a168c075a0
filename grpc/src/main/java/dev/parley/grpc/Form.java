package dev.parley.grpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.parley.Codec;
import dev.parley.Payload;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.nio.charset.StandardCharsets;

/**
 * How the messages of one direction become bytes, and back.
 *
 * @param <T> what the program sees of them
 */
interface Form<T> {
  /** The media type of JSON. */
  String JSON = "application/json";

  byte[] write(T value) throws InvalidProtocolBufferException;

  /** Returns whether a value can be left to the connection to write, because it cannot fail. */
  default boolean writesItself(T value) {
    return false;
  }

  T read(byte[] bytes) throws InvalidProtocolBufferException;

  /** Returns the media type of a message alone. */
  String contentType();

  /** By a codec of Parley. */
  record ByCodec<T>(Codec<T> codec) implements Form<T> {
    @Override
    public byte[] write(T value) {
      return codec.encode(value).toByteArray();
    }

    @Override
    public T read(byte[] bytes) {
      return codec.decode(Payload.of(bytes, codec.contentType()));
    }

    @Override
    public String contentType() {
      return codec.contentType();
    }
  }

  /** By what the generated method brings. */
  record ByMarshaller<T>(Marshaller<T> marshaller) implements Form<T> {
    @Override
    public byte[] write(T value) {
      return Messages.readAll(marshaller.stream(value));
    }

    @Override
    public boolean writesItself(T value) {
      return marshaller instanceof PrototypeMarshaller && value instanceof MessageLite;
    }

    @Override
    public T read(byte[] bytes) {
      return marshaller.parse(Messages.stream(bytes));
    }

    @Override
    public String contentType() {
      return "application/x-protobuf";
    }
  }

  /**
   * By a schema: JSON for the program, which a codec reads and writes, and protobuf for the peer.
   */
  record ByJson<T>(Codec<T> codec, Descriptor type, TypeRegistry types) implements Form<T> {
    @Override
    public byte[] write(T value) throws InvalidProtocolBufferException {
      DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
      JsonFormat.parser().usingTypeRegistry(types).merge(codec.encode(value).toText(), message);
      return message.build().toByteArray();
    }

    @Override
    public T read(byte[] bytes) throws InvalidProtocolBufferException {
      DynamicMessage message = DynamicMessage.parseFrom(type, bytes);
      String json = JsonFormat.printer().usingTypeRegistry(types).print(message);
      return codec.decode(Payload.of(json.getBytes(StandardCharsets.UTF_8), JSON));
    }

    @Override
    public String contentType() {
      return "application/x-protobuf";
    }
  }
}
