package dev.parley.rest;

import dev.parley.Payload;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Hears how much of an upload or a download has passed.
 *
 * {@snippet class="dev.parley.rest.RestSnippets" region="upload"}
 */
@FunctionalInterface
public interface Progress {
  /**
   * More bytes have passed. It is called for each chunk, of some kilobytes, on the thread that
   * reads them; when a request is sent again, the count begins anew.
   *
   * @param bytes how many have passed so far
   * @param total how many there are in all, if that is known
   */
  void moved(long bytes, OptionalLong total);

  /** Returns a payload that tells the listener what is read of it: to send, or as received. */
  static Payload watch(Payload payload, Progress listener) {
    return new Watched(
        Objects.requireNonNull(payload, "payload"), Objects.requireNonNull(listener, "listener"));
  }

  /** A payload with a listener. */
  final class Watched implements Payload {
    private final Payload payload;
    private final Progress listener;

    private Watched(Payload payload, Progress listener) {
      this.payload = payload;
      this.listener = listener;
    }

    @Override
    public Optional<String> contentType() {
      return payload.contentType();
    }

    @Override
    public OptionalLong size() {
      return payload.size();
    }

    @Override
    public boolean isReplayable() {
      return payload.isReplayable();
    }

    @Override
    public byte[] toByteArray() {
      try (InputStream stream = openStream()) {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the payload", e);
      }
    }

    @Override
    public InputStream openStream() throws IOException {
      return new Counting(payload.openStream());
    }

    @Override
    public void close() {
      payload.close();
    }

    @Override
    public String toString() {
      return payload.toString();
    }

    private final class Counting extends FilterInputStream {
      private long count;

      Counting(InputStream stream) {
        super(stream);
      }

      @Override
      public int read() throws IOException {
        int one = super.read();
        moved(one < 0 ? 0 : 1);
        return one;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        moved(read);
        return read;
      }

      @Override
      public long skip(long bytes) throws IOException {
        long skipped = super.skip(bytes);
        moved(skipped);
        return skipped;
      }

      @Override
      public boolean markSupported() {
        return false;
      }

      private void moved(long more) {
        if (more > 0) {
          count += more;
          listener.moved(count, payload.size());
        }
      }
    }
  }
}
