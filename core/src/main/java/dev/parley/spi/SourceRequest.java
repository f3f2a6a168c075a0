package dev.parley.spi;

import dev.parley.ConsumeOptions;
import dev.parley.Context;
import dev.parley.Headers;
import dev.parley.Operation;
import dev.parley.Position;
import dev.parley.StreamOptions;
import dev.parley.Topic;
import org.jspecify.annotations.Nullable;

/** What a source shall connect to; the same for each connect but for position and headers. */
public sealed interface SourceRequest {
  /**
   * Returns where to start or resume, or null for where the peer starts. A stream resumes behind
   * what came in. A queue starts where the consumer asked for until its peer has taken a first
   * acknowledgement or rejection, and from then on where the peer says: a source that starts
   * several lanes at a position makes the peer keep all of them with the first.
   */
  @Nullable Position from();

  /** Returns the headers that go out with the connect. */
  Headers headers();

  /** Returns the number of the connect, 1 for the first. */
  int connection();

  /** Returns the context of the subscriber. */
  Context context();

  /**
   * A stream.
   *
   * @param operation what is asked for
   * @param request the request, or null for an operation without one
   * @param options the options
   */
  record OfStream(
      Operation<?, ?> operation,
      @Nullable Object request,
      StreamOptions options,
      @Nullable Position from,
      Headers headers,
      int connection,
      Context context)
      implements SourceRequest {}

  /**
   * A queue.
   *
   * @param topic what is consumed
   * @param options the options
   */
  record OfQueue(
      Topic<?> topic,
      ConsumeOptions options,
      @Nullable Position from,
      Headers headers,
      int connection,
      Context context)
      implements SourceRequest {}
}
