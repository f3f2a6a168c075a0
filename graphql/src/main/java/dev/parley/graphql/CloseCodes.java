package dev.parley.graphql;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.TransportException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** What a server means when it closes a socket of graphql-transport-ws. */
final class CloseCodes {
  private static final long SOONEST = 5_000;
  private static final long SPREAD = 25_000;

  private CloseCodes() {}

  static ParleyException failure(int code) {
    Kind kind = kind(code);
    Failure failure =
        Failure.of(
                kind,
                code == 4401 ? Effect.NOT_PROCESSED : Effect.POSSIBLE,
                "the server closed the socket with " + code + meaning(code))
            .withRetryAfter(wait(kind));
    if (code == 1009) {
      return new MessageTooLargeException(failure);
    }
    return switch (kind) {
      case PROTOCOL, PERMANENT -> new ProtocolException(failure);
      case AUTHENTICATION -> new ParleyException(failure);
      default -> new TransportException(failure);
    };
  }

  private static Kind kind(int code) {
    return switch (code) {
      case 1012, 1013 -> Kind.THROTTLED;
      case 1011 -> Kind.PROTOCOL; // a few times, and then no more
      case 4401 -> Kind.AUTHENTICATION;
      case 1002, 1003, 1007, 1008, 1009, 1010, 1015 -> Kind.PERMANENT;
      case 4004, 4005, 4400, 4406, 4409, 4429, 4500 -> Kind.PERMANENT;
      default -> Kind.TRANSIENT;
    };
  }

  // A server that restarts, or is too busy, wants no herd: RFC 6455's registry says 5 to 30 s.
  private static @Nullable Duration wait(Kind kind) {
    return kind == Kind.THROTTLED
        ? Duration.ofMillis(SOONEST + ThreadLocalRandom.current().nextLong(SPREAD))
        : null;
  }

  private static String meaning(int code) {
    return switch (code) {
      case 1000 -> ", as if all were said";
      case 1001 -> ", going away";
      case 1009 -> ", message too big";
      case 1011 -> ", internal error";
      case 1012 -> ", restart";
      case 1013 -> ", try again later";
      case 4400 -> ", bad request";
      case 4401 -> ", unauthorized";
      case 4403 -> ", forbidden";
      case 4406 -> ", subprotocol not acceptable";
      case 4408 -> ", connection initialisation timeout";
      case 4409 -> ", subscriber already exists";
      case 4429 -> ", too many initialisation requests";
      case 4500 -> ", internal server error";
      case 4504 -> ", connection acknowledgement timeout";
      default -> "";
    };
  }
}
