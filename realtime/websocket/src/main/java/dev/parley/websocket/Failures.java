package dev.parley.websocket;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** States the facts of what goes wrong on a WebSocket. */
final class Failures {
  private static final long SPREAD_MILLIS = 22_000;
  private static final Duration FOR_EVER = Duration.ofDays(10_000); // the engine has a limit

  private Failures() {}

  static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }

  // ---------------------------------------------------------------- native failures

  static ParleyException translate(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof ParleyException known) {
        return known;
      }
      if (each instanceof CertificateException) {
        return new UntrustedPeerException(
            Failure.of(
                    Kind.PERMANENT,
                    Effect.NOT_SENT,
                    "the peer's certificate is not trusted: check its name, its dates and its"
                        + " issuer, or give the builder an SSLContext that trusts the issuer")
                .withCause(failure));
      }
    }
    if (failure instanceof UnknownHostException) {
      return unreachable("the host name cannot be resolved", failure);
    }
    if (failure instanceof NotConnectedException) {
      return unreachable(
          failure.getCause() instanceof java.net.SocketTimeoutException
              ? "no connection within the connect timeout"
              : "the connection was refused or has no route",
          failure);
    }
    if (failure instanceof ProxyRefusedException proxy) {
      Kind kind =
          switch (proxy.status()) {
            case 407 -> Kind.AUTHENTICATION;
            case 403, 405 -> Kind.PERMANENT;
            default -> Kind.TRANSIENT;
          };
      return new UnreachableException(
          Failure.of(kind, Effect.NOT_SENT, "the proxy answered CONNECT with " + proxy.status())
              .withCause(failure));
    }
    if (failure instanceof SSLException) {
      return unreachable("TLS failed", failure);
    }
    if (failure instanceof java.net.ProtocolException) {
      return protocol("the handshake breaks the rules of HTTP", failure);
    }
    if (failure instanceof java.net.SocketTimeoutException) {
      return unreachable("no answer to the handshake in time", failure);
    }
    if (failure instanceof IOException) {
      return new TransportException(
          Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "the connection broke").withCause(failure));
    }
    return new ParleyException(
        Failure.of(
                Kind.LOCAL,
                Effect.POSSIBLE,
                "the WebSocket client failed with " + failure.getClass().getSimpleName())
            .withCause(failure));
  }

  private static ParleyException unreachable(String what, Throwable cause) {
    return new UnreachableException(
        Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, what).withCause(cause));
  }

  static ParleyException protocol(String what, @Nullable Throwable cause) {
    return new ProtocolException(Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, what).withCause(cause));
  }

  static ParleyException lost(String what, @Nullable Throwable cause) {
    return new TransportException(
        Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, what).withCause(cause));
  }

  static ParleyException tooLarge(Kind kind, String what) {
    return new MessageTooLargeException(
        Failure.of(kind, kind == Kind.LOCAL ? Effect.NOT_SENT : Effect.POSSIBLE, what));
  }

  // ---------------------------------------------------------------- the handshake

  /** States why the server did not upgrade. */
  static ParleyException handshake(
      int status, Headers headers, Instant now, @Nullable Throwable cause) {
    Duration wait = headers.first("Retry-After").map(text -> wait(text, headers, now)).orElse(null);
    Kind kind =
        switch (status) {
          case 401, 407 -> Kind.AUTHENTICATION;
          case 429 -> Kind.THROTTLED;
          case 503 -> wait == null ? Kind.TRANSIENT : Kind.THROTTLED;
          case 408, 421, 425, 500, 502, 504 -> Kind.TRANSIENT;
          default -> Kind.PERMANENT;
        };
    String advice =
        switch (kind) {
          case AUTHENTICATION -> "; give the builder credentials that are good";
          case PERMANENT ->
              status >= 300 && status < 400
                  ? "; a handshake follows no redirect: open the address it leads to"
                  : "; check the address, and that a WebSocket is served there";
          default -> "";
        };
    return new HandshakeRefusedException(
        Failure.of(kind, Effect.NOT_SENT, "the handshake was answered " + status + advice)
            .withCause(cause)
            .withRetryAfter(wait),
        status,
        headers);
  }

  private static @Nullable Duration wait(String text, Headers headers, Instant now) {
    try {
      if (text.matches("[0-9]+")) {
        return text.length() > 9 ? FOR_EVER : Duration.ofSeconds(Long.parseLong(text));
      }
      return Duration.between(headers.first("Date").map(Failures::date).orElse(now), date(text));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Instant date(String text) {
    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
  }

  // ---------------------------------------------------------------- close codes

  /** States what a close by the peer means; {@code kinds} are the user's own rules. */
  static ParleyException closed(int code, Map<Integer, Kind> kinds) {
    Kind own = kinds.get(code);
    Kind kind = own == null ? kind(code) : own;
    // A server that restarts, or is too busy, wants no herd: RFC 6455's registry says 5 to 30 s.
    Duration wait =
        kind == Kind.THROTTLED
            ? Duration.ofMillis(5_000 + ThreadLocalRandom.current().nextLong(SPREAD_MILLIS))
            : null;
    String message = "the peer closed with " + code + name(code);
    if (code == 1009) {
      return tooLarge(Kind.PERMANENT, message + ": a message that was sent is too large for it");
    }
    return new WebSocketClosedException(
        Failure.of(kind, Effect.POSSIBLE, message).withRetryAfter(wait), code);
  }

  private static Kind kind(int code) {
    return switch (code) {
      case 1000, 1001, 1005, 1006, 1014 -> Kind.TRANSIENT;
      case 1012, 1013 -> Kind.THROTTLED;
      case 1011 -> Kind.PROTOCOL; // a few times, and then no more
      default -> code >= 3000 ? Kind.TRANSIENT : Kind.PERMANENT;
    };
  }

  // Not the peer's own words, which may hold anything.
  private static String name(int code) {
    return switch (code) {
      case 1000 -> " (normal closure)";
      case 1001 -> " (going away)";
      case 1002 -> " (protocol error)";
      case 1003 -> " (unsupported data)";
      case 1005 -> " (no code)";
      case 1006 -> " (abnormal closure)";
      case 1007 -> " (invalid data)";
      case 1008 -> " (policy violation)";
      case 1009 -> " (message too big)";
      case 1010 -> " (extension missing)";
      case 1011 -> " (internal error)";
      case 1012 -> " (service restart)";
      case 1013 -> " (try again later)";
      case 1014 -> " (bad gateway)";
      default -> "";
    };
  }
}
