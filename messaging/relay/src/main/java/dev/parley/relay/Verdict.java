package dev.parley.relay;

import dev.parley.BreakerOpenException;
import dev.parley.ChannelClosedException;
import dev.parley.CodecException;
import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.Effect;
import dev.parley.OverloadedException;
import dev.parley.ParleyException;

/** Whose fault a failed send is: that decides what becomes of the message. */
enum Verdict {
  /** The destination is down or wants less, whatever the message: wait, at no cost to it. */
  DOWN,
  /** The same message would be refused again. */
  REFUSED,
  /** It may have been taken, or it may be the message: send it again, but not for ever. */
  DOUBTFUL,
  /** The destination was closed in this program. */
  CLOSED,
  /** This thread was interrupted. */
  INTERRUPTED;

  static Verdict of(RuntimeException failure, Context source) {
    if (!(failure instanceof ParleyException known)) {
      return DOUBTFUL;
    }
    if (known instanceof ChannelClosedException) {
      return CLOSED;
    }
    Deadline deadline = source.deadlineOrNull();
    if (known instanceof CodecException || (deadline != null && deadline.isExpired())) {
      return REFUSED;
    }
    if (known instanceof BreakerOpenException || known instanceof OverloadedException) {
      return DOWN;
    }
    return switch (known.kind()) {
      case THROTTLED, AUTHENTICATION -> DOWN;
      case TRANSIENT -> known.effect() == Effect.NOT_SENT ? DOWN : DOUBTFUL;
      case PERMANENT -> REFUSED;
      case PROTOCOL, LOCAL -> DOUBTFUL;
      case CANCELLED -> INTERRUPTED;
    };
  }
}
