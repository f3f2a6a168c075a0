package dev.parley.codec.jackson;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.MalformedInputException;
import org.jspecify.annotations.Nullable;

/** Lets UTF-8 through and nothing else, and remembers why it stopped. */
final class Utf8InputStream extends FilterInputStream {
  private final Utf8 utf8 = new Utf8();
  private long malformed = -1;
  private @Nullable Exception failure;

  Utf8InputStream(InputStream in) {
    super(in);
  }

  /** Returns the position of the first byte that is not UTF-8, or -1. */
  long malformed() {
    return malformed;
  }

  /** Returns what the stream underneath threw. */
  @Nullable Exception failure() {
    return failure;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    int count;
    try {
      count = in.read(bytes, from, length);
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw e;
    }
    malformed = utf8.check(bytes, from, Math.max(0, count), count < 0);
    if (malformed >= 0) {
      throw new MalformedInputException(1);
    }
    return count;
  }
}
