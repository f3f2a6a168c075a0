package dev.parley.testkit.conformance;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the scripted peer of a harness does with one request or message.
 *
 * @param kind what it does
 * @param retryAfter the hint that comes with {@link Kind#DECLINE}, or null for none
 */
public record Act(Kind kind, @Nullable Duration retryAfter) {
  /** Acts, and answers with the request itself; takes a message. */
  public static final Act ECHO = new Act(Kind.ECHO, null);

  /** Acts, perhaps, and answers with a transient failure. */
  public static final Act BUSY = new Act(Kind.BUSY, null);

  /** Does not act, and says so. */
  public static final Act DECLINE = new Act(Kind.DECLINE, null);

  /** Does not act, and never will. */
  public static final Act FORBID = new Act(Kind.FORBID, null);

  /** Acts, and answers with something that is not a note. */
  public static final Act GARBAGE = new Act(Kind.GARBAGE, null);

  /** Acts, and answers when it is let go by {@link PeerScript#release()}. */
  public static final Act HOLD = new Act(Kind.HOLD, null);

  /** Does not act, says so, and asks to wait. */
  public static Act declineFor(Duration retryAfter) {
    return new Act(Kind.DECLINE, retryAfter);
  }

  /** What a peer can do. */
  public enum Kind {
    /** Acts, and answers with the request itself: HTTP 200. */
    ECHO,
    /** Fails for now and may have acted: HTTP 500. */
    BUSY,
    /** Proves that it did not act: HTTP 429, a broker's nack. */
    DECLINE,
    /** Fails for good: HTTP 400. */
    FORBID,
    /** Answers something that cannot be decoded as a note, with the media type of one. */
    GARBAGE,
    /** Answers like {@link #ECHO}, but only when it is let go. */
    HOLD
  }
}
