package dev.parley.http;

import dev.parley.spi.DriverContext;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One transport under the channels of several capabilities that one builder opens: made for the
 * first of them, and closed with the last. For adapters.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class SharedTransport {
  private final Function<DriverContext, HttpTransport> maker;

  // Guarded by this.
  private @Nullable HttpTransport shared;
  private int users;

  /** Shares what this makes, mostly {@code HttpTransport.Builder::build}. */
  public SharedTransport(Function<DriverContext, HttpTransport> maker) {
    this.maker = Objects.requireNonNull(maker, "maker");
  }

  /** Returns the transport; {@link #leave} ends its use. */
  public synchronized HttpTransport join(DriverContext context) {
    HttpTransport known = shared;
    if (known == null) {
      known = maker.apply(context);
      shared = known;
    }
    users++;
    return known;
  }

  /** Ends one use. */
  public synchronized void leave() {
    HttpTransport last = shared;
    if (--users == 0 && last != null) {
      shared = null;
      last.close();
    }
  }
}
