package dev.parley.grpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * What goes over the wire is bytes: requests are encoded before their first attempt, since a
 * failure there, inside of a native call that waits for its connection, breaks the whole native
 * channel; replies are decoded where nobody waits for an I/O thread. Only generated messages, which
 * can always be written, go to the connection as they are, and short ones come from it read: they
 * are not copied.
 */
final class Messages {
  static final Marshaller<byte[]> BYTES = new BytesMarshaller();

  /** Bytes, whatever they mean. */
  static final Marshaller<Object> RAW = new Outbound<>(BYTES);

  /** From this many bytes on a reply is not decoded by an I/O thread. */
  static final int LONG = 1 << 16;

  private Messages() {}

  /** Returns bytes as a stream that gRPC copies once. */
  static InputStream stream(byte[] bytes) {
    return new KnownBytes(bytes);
  }

  static byte[] readAll(InputStream stream) {
    try (stream) {
      if (!(stream instanceof KnownLength)) {
        return stream.readAllBytes();
      }
      byte[] bytes = new byte[stream.available()];
      stream.readNBytes(bytes, 0, bytes.length);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes bytes as they are, and everything else by what the generated method brings. */
  record Outbound<T>(Marshaller<T> generated) implements Marshaller<Object> {
    @Override
    @SuppressWarnings("unchecked") // what is no bytes is of the method's own type
    public InputStream stream(Object value) {
      return value instanceof byte[] bytes ? new KnownBytes(bytes) : generated.stream((T) value);
    }

    @Override
    public Object parse(InputStream stream) {
      return readAll(stream);
    }
  }

  /**
   * Reads short replies as what they are, and leaves all others bytes; one that cannot be read is
   * the exception which says why.
   */
  record Replies(Marshaller<?> generated) implements Marshaller<Object> {
    @Override
    public InputStream stream(Object value) {
      throw new UnsupportedOperationException("replies are read");
    }

    @Override
    public Object parse(InputStream stream) {
      try {
        boolean isShort = stream instanceof KnownLength && stream.available() < LONG;
        return isShort ? generated.parse(stream) : readAll(stream);
      } catch (IOException | RuntimeException e) {
        return e;
      }
    }
  }

  private static final class BytesMarshaller implements Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return Messages.stream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      return readAll(stream);
    }
  }

  private static final class KnownBytes extends ByteArrayInputStream
      implements KnownLength, Drainable {
    KnownBytes(byte[] bytes) {
      super(bytes);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int length = available();
      target.write(buf, pos, length);
      pos = count;
      return length;
    }
  }
}
