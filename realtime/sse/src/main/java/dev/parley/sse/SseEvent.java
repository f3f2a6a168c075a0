package dev.parley.sse;

import java.util.Objects;

/**
 * An event as it came: make it the reply type of an operation to see what a decoded body does not
 * show.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param type its type; {@code message} unless the server set one
 * @param lastEventId the id of this event, or of the last one that had one; empty if none had
 * @param data its data, lines joined by line feeds; the text of a comment
 * @param isComment whether it is a comment, which only {@link Sse#comments()} lets through
 */
public record SseEvent(String type, String lastEventId, String data, boolean isComment) {
  /** The type of an event to which the server gave none. */
  public static final String MESSAGE = "message";

  /** Checks that all are there. */
  public SseEvent {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(lastEventId, "lastEventId");
    Objects.requireNonNull(data, "data");
  }
}
