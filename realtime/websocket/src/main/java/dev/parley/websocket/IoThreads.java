package dev.parley.websocket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads that read and write all sockets of one Parley: at most four, however many sockets
 * there are.
 */
final class IoThreads implements AutoCloseable {
  private static final int MOST = 4;

  private final @Nullable IoLoop[] loops =
      new IoLoop[Math.min(MOST, Math.max(1, Runtime.getRuntime().availableProcessors()))];
  private final AtomicInteger next = new AtomicInteger();
  private boolean closed; // guarded by this

  /** Returns the loop for a new socket, each in turn. */
  IoLoop loop() {
    int index = Math.floorMod(next.getAndIncrement(), loops.length);
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the Parley is closed");
      }
      IoLoop known = loops[index];
      if (known == null) {
        try {
          known = new IoLoop("parley-websocket-io-" + (index + 1));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        loops[index] = known;
      }
      return known;
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    for (IoLoop loop : loops) {
      if (loop != null) {
        loop.stop();
      }
    }
    for (IoLoop loop : loops) {
      if (loop != null) {
        loop.join();
      }
    }
  }
}
