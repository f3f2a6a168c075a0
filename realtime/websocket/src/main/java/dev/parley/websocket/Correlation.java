package dev.parley.websocket;

import dev.parley.ParleyException;
import dev.parley.Payload;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How requests are numbered on a socket that many calls share, and how a reply tells which request
 * it answers.
 *
 * <p><b>Threads:</b> called by many threads; must not block.
 */
public interface Correlation {
  /**
   * Returns what is sent for one attempt.
   *
   * @param body the encoded request
   * @param id what the reply shall name; new for each attempt
   * @param idempotencyKey what stays the same for each attempt of the call, or null if there is
   *     none
   */
  Payload request(Payload body, String id, @Nullable String idempotencyKey);

  /** Reads a message; empty for one that answers nothing, which is dropped. */
  Optional<Answered> reply(Payload message);

  /**
   * Returns the correlation by a field of a JSON object, such as {@code id}: it is put first into
   * the request and looked for in the reply, as text. Idempotency keys do not travel, and every
   * reply counts as success: tell failures by the type of the reply.
   */
  static Correlation jsonField(String name) {
    return new JsonField(name);
  }

  /**
   * A reply.
   *
   * @param id the id of its request
   * @param body the encoded reply
   * @param refusal what the peer says no with, or null for success
   */
  record Answered(String id, Payload body, @Nullable ParleyException refusal) {
    /** Checks that id and body are there. */
    public Answered {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(body, "body");
    }
  }
}
