package dev.parley.spi;

import dev.parley.Headers;
import dev.parley.PartialFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decoded answer of a peer to a call. A driver may implement it, so that what few callers ask
 * for, such as headers, is made only when they do.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @param <R> the type of the body
 */
public interface Answer<R> {
  /** Returns the decoded body. */
  R body();

  /** Returns the headers that came with it. */
  Headers headers();

  /** Returns what failed while the rest is there. Defaults to nothing. */
  default List<PartialFailure> partialFailures() {
    return List.of();
  }

  /** Returns the native reply for {@code unwrap}, or null. */
  @Nullable Object nativeReply();

  /** Returns an answer that is whole. */
  static <R> Answer<R> of(R body, Headers headers, @Nullable Object nativeReply) {
    return of(body, headers, List.of(), nativeReply);
  }

  /** Returns an answer of which parts failed. */
  static <R> Answer<R> of(
      R body, Headers headers, List<PartialFailure> partialFailures, @Nullable Object nativeReply) {
    return new PlainAnswer<>(body, headers, partialFailures, nativeReply);
  }
}
