package dev.parley.http;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.Payload;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.BufferedSource;
import okio.GzipSink;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/** Bodies on their way out and in. */
public final class Bodies {
  private static final int AT_ONCE = 1 << 20;
  private static final long IDLE_SECONDS = 30;

  private Bodies() {}

  /** Returns bytes as a body; they are not copied. */
  public static RequestBody bytes(byte[] bytes, @Nullable MediaType type) {
    return new BytesBody(bytes, type);
  }

  /** Returns a payload as a body that is read when it is sent. */
  public static RequestBody payload(Payload payload, @Nullable MediaType type) {
    return new PayloadBody(payload, type);
  }

  /** Returns a body that is compressed with gzip while it is sent. */
  public static RequestBody gzip(RequestBody body) {
    return new GzipBody(body);
  }

  /**
   * Reads a whole body and closes it.
   *
   * @throws MessageTooLargeException if it is larger than the limit
   * @throws IOException if it breaks off
   */
  public static byte[] read(Response response, long limit) throws IOException {
    try (ResponseBody body = response.body()) {
      long length = body.contentLength();
      if (length > limit) {
        throw tooLarge(limit);
      }
      BufferedSource source = body.source();
      if (length >= 0 && length <= AT_ONCE) {
        byte[] bytes = new byte[(int) length];
        int read = 0;
        while (read < bytes.length) {
          int more = source.read(bytes, read, bytes.length - read);
          if (more < 0) {
            throw new EOFException();
          }
          read += more;
        }
        if (!source.exhausted()) {
          throw new ProtocolException("more bytes than Content-Length says");
        }
        return bytes;
      }
      Buffer buffer = new Buffer();
      while (source.read(buffer, 8192) >= 0) {
        if (buffer.size() > limit) {
          throw tooLarge(limit);
        }
      }
      return buffer.readByteArray();
    }
  }

  /** Reads the beginning of a body, at most so many bytes, as far as it comes, and closes it. */
  public static byte[] readSome(Response response, long limit) {
    Buffer buffer = new Buffer();
    try (ResponseBody body = response.body()) {
      BufferedSource source = body.source();
      while (buffer.size() < limit && source.read(buffer, limit - buffer.size()) >= 0) {
        // The loop's condition does the work.
      }
    } catch (IOException e) {
      // The status is the news; what there is of its explanation will do.
    }
    return buffer.readByteArray();
  }

  /**
   * Returns a body as it arrives, one-shot: closing it gives the connection back. A peer that sends
   * nothing for 30 s fails the read.
   */
  public static Payload stream(Response response) {
    response.body().source().timeout().timeout(IDLE_SECONDS, TimeUnit.SECONDS);
    return new Download(response);
  }

  private static MessageTooLargeException tooLarge(long limit) {
    return new MessageTooLargeException(
        Failure.of(
            Kind.PROTOCOL,
            Effect.POSSIBLE,
            "the answer is larger than maxResponseBytes ("
                + limit
                + "); raise it, or take the reply as a Payload and stream it"));
  }

  private static final class BytesBody extends RequestBody {
    private final byte[] bytes;
    private final @Nullable MediaType type;

    BytesBody(byte[] bytes, @Nullable MediaType type) {
      this.bytes = bytes;
      this.type = type;
    }

    @Override
    public @Nullable MediaType contentType() {
      return type;
    }

    @Override
    public long contentLength() {
      return bytes.length;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.write(bytes);
    }
  }

  private static final class PayloadBody extends RequestBody {
    private final Payload payload;
    private final @Nullable MediaType type;

    PayloadBody(Payload payload, @Nullable MediaType type) {
      this.payload = payload;
      this.type = type;
    }

    @Override
    public @Nullable MediaType contentType() {
      return type;
    }

    @Override
    public long contentLength() {
      return payload.size().orElse(-1);
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      try (Source source = new PayloadSource(Okio.source(payload.openStream()))) {
        sink.writeAll(source);
      }
    }

    /** Tells a payload that cannot be read from a connection that cannot be written. */
    private static final class PayloadSource extends okio.ForwardingSource {
      PayloadSource(Source source) {
        super(source);
      }

      @Override
      public long read(Buffer sink, long byteCount) throws IOException {
        try {
          return super.read(sink, byteCount);
        } catch (IOException e) {
          throw new Unreadable(e);
        }
      }
    }
  }

  /** The caller's own payload failed while it was sent. */
  static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1L;

    Unreadable(IOException cause) {
      super("the payload cannot be read", cause);
    }
  }

  private static final class GzipBody extends RequestBody {
    private final RequestBody body;

    GzipBody(RequestBody body) {
      this.body = body;
    }

    @Override
    public @Nullable MediaType contentType() {
      return body.contentType();
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      try (BufferedSink compressed = Okio.buffer(new GzipSink(new Unclosed(sink)))) {
        body.writeTo(compressed);
      }
    }

    /** The end of the compressed bytes is not yet the end of the request. */
    private static final class Unclosed extends okio.ForwardingSink {
      Unclosed(BufferedSink sink) {
        super(sink);
      }

      @Override
      public void close() throws IOException {
        flush();
      }
    }
  }

  private static final class Download implements Payload {
    private final Response response;
    private final AtomicBoolean opened = new AtomicBoolean();

    Download(Response response) {
      this.response = response;
    }

    @Override
    public Optional<String> contentType() {
      return Optional.ofNullable(response.header("Content-Type"));
    }

    @Override
    public OptionalLong size() {
      long length = response.body().contentLength();
      return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }

    @Override
    public boolean isReplayable() {
      return false;
    }

    @Override
    public byte[] toByteArray() {
      try (InputStream stream = openStream()) {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException("the answer broke off", e);
      }
    }

    @Override
    public InputStream openStream() {
      if (opened.getAndSet(true)) {
        throw new IllegalStateException(
            "a streamed answer was opened twice: keep its bytes if you need them again");
      }
      return response.body().byteStream();
    }

    @Override
    public void close() {
      response.close();
    }

    @Override
    public String toString() {
      return "Payload[streamed answer]";
    }
  }
}
