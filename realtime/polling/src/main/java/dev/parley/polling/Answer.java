package dev.parley.polling;

import dev.parley.Payload;
import dev.parley.http.Json;
import dev.parley.polling.Mark.Validators;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * What the server said to one poll.
 *
 * @param says which of the three it was
 * @param body the body of news
 * @param json the body read as JSON, if it had to be
 * @param next the token to ask with from now on, or null for the same
 * @param held whether the request was held for a good part of the time it might be
 * @param retryAfter how long the server asks to wait, or null if it does not
 */
record Answer(
    Says says,
    Payload body,
    @Nullable Json json,
    @Nullable String next,
    Validators validators,
    boolean held,
    @Nullable Duration retryAfter,
    Response response) {

  /** What an answer can be. */
  enum Says {
    /** There is a body, of which something may be new. */
    SOMETHING,
    /** Nothing is new. */
    NOTHING,
    /** The server no longer knows the token. */
    EXPIRED
  }

  // A body may be secret.
  @Override
  public String toString() {
    return "Answer[" + says + "]";
  }
}
