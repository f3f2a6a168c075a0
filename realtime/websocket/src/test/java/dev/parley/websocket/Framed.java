package dev.parley.websocket;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.RemoteException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A body behind two lines, the second of which may be missing. */
final class Framed {
  private final byte[] bytes;
  private final int first;
  private final int second;

  Framed(byte[] bytes) {
    this.bytes = bytes;
    this.first = end(0);
    this.second = end(first + 1);
  }

  private int end(int from) {
    int at = from;
    while (bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  static byte[] bytes(String first, @Nullable String second, byte[] body) {
    byte[] head =
        (first + "\n" + (second == null ? "" : second) + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  String first() {
    return new String(bytes, 0, first, StandardCharsets.UTF_8);
  }

  @Nullable String second() {
    return second == first + 1
        ? null
        : new String(bytes, first + 1, second - first - 1, StandardCharsets.UTF_8);
  }

  byte[] body() {
    return Arrays.copyOfRange(bytes, second + 1, bytes.length);
  }

  /** Tells replies by the first line, and refusals by the second. */
  static final class Correlated implements Correlation {
    @Override
    public Payload request(Payload body, String id, @Nullable String idempotencyKey) {
      return Payload.of(Framed.bytes(id, idempotencyKey, body.toByteArray()), "");
    }

    @Override
    public Optional<Answered> reply(Payload message) {
      Framed reply = new Framed(message.toByteArray());
      return Optional.of(
          new Answered(reply.first(), Payload.of(reply.body(), ""), refusal(reply.second())));
    }

    private static @Nullable ParleyException refusal(String status) {
      Failure failure =
          switch (status.substring(0, 3)) {
            case "200" -> null;
            case "429" -> Failure.of(Kind.THROTTLED, Effect.NOT_PROCESSED, "declined");
            case "403" -> Failure.of(Kind.PERMANENT, Effect.POSSIBLE, "forbidden");
            default -> Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "busy");
          };
      if (failure == null) {
        return null;
      }
      if (status.length() > 4) {
        failure = failure.withRetryAfter(Duration.ofMillis(Long.parseLong(status.substring(4))));
      }
      return new RemoteException(failure, status.substring(0, 3), Headers.empty(), null);
    }
  }
}
