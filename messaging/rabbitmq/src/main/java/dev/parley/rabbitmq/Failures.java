package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.MalformedFrameException;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ProtocolVersionMismatchException;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.OverloadedException;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.RemoteException;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What native failures and the protocol's reply codes mean. */
final class Failures {
  private static final int NO_ROUTE = 312;

  private Failures() {}

  static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }

  static ParleyException translate(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      ParleyException known = known(each, failure);
      if (known != null) {
        return known;
      }
    }
    return broken(failure);
  }

  private static ParleyException broken(Throwable failure) {
    return new TransportException(
        Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "the connection broke").withCause(failure));
  }

  private static @Nullable ParleyException known(Throwable each, Throwable failure) {
    if (each instanceof ParleyException parley) {
      return parley;
    }
    if (each instanceof NoConnectionException gone && gone.getCause() != null) {
      return gone.wasThere() ? unconfirmed(failure) : notConnected(gone.getCause());
    }
    if (each instanceof CertificateException) {
      return new UntrustedPeerException(
          Failure.of(
                  Kind.PERMANENT,
                  Effect.NOT_SENT,
                  "the broker's certificate is not trusted: check its name, its dates and its"
                      + " issuer, or give the builder a TLS context that trusts the issuer")
              .withCause(failure));
    }
    if (each instanceof AuthenticationFailureException
        || each instanceof PossibleAuthenticationFailureException) {
      return remote(
          "the broker refused the connection with",
          Kind.AUTHENTICATION,
          Effect.NOT_SENT,
          "403 ACCESS_REFUSED",
          "; give the builder credentials that are good",
          failure);
    }
    if (each instanceof MalformedFrameException
        || each instanceof ProtocolVersionMismatchException) {
      return new ProtocolException(
          Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, "the broker sent a malformed frame")
              .withCause(failure));
    }
    return each instanceof ShutdownSignalException shutdown ? shutdown(shutdown, failure) : null;
  }

  private static @Nullable ParleyException shutdown(
      ShutdownSignalException shutdown, Throwable failure) {
    if (shutdown.getReason() instanceof AMQP.Channel.Close close) {
      if (isTooLarge(close.getReplyText())) {
        return tooLarge(failure);
      }
      return closed(
          "the broker refused it with", close.getReplyCode(), close.getReplyText(), failure);
    }
    if (shutdown.getReason() instanceof AMQP.Connection.Close close
        && !shutdown.isInitiatedByApplication()) {
      return closed(
          "the broker ended the connection with",
          close.getReplyCode(),
          close.getReplyText(),
          failure);
    }
    return null;
  }

  private static ParleyException closed(String what, int code, String text, Throwable failure) {
    return remote(what, kind(code), Effect.POSSIBLE, name(code, text), advice(text), failure);
  }

  // "NOT_FOUND - no queue 'orders' in vhost '/'": what stands behind the name tells what to do.
  private static String advice(String text) {
    int dash = text.indexOf(" - ");
    return dash < 0 ? "" : ": " + text.substring(dash + 3);
  }

  private static String name(int code, String text) {
    int dash = text.indexOf(" - ");
    return code + " " + (dash < 0 ? text : text.substring(0, dash));
  }

  /** The table of reply codes. */
  static Kind kind(int code) {
    return switch (code) {
      case 200, 320, 405, 541 -> Kind.TRANSIENT;
      case 501, 502, 503, 504, 505, 506, 540 -> Kind.PROTOCOL; // a few times, and then no more
      default -> Kind.PERMANENT; // not there, declared otherwise, not allowed
    };
  }

  /** Returns whether the broker closed the channel for this message, and not for another one. */
  static boolean isFor(ShutdownSignalException shutdown, Publication publication) {
    if (!(shutdown.getReason() instanceof AMQP.Channel.Close close)) {
      return false;
    }
    String text = close.getReplyText();
    if (isTooLarge(text)) {
      return text.contains("message size " + publication.body().length + " ");
    }
    return !text.contains("access to topic '")
        || text.contains("'" + publication.routingKey() + "'");
  }

  private static boolean isTooLarge(String text) {
    return text.contains("message size ");
  }

  static ParleyException tooLarge(@Nullable Throwable cause) {
    return new MessageTooLargeException(
        Failure.of(
                Kind.PERMANENT,
                cause == null ? Effect.NOT_SENT : Effect.NOT_PROCESSED,
                "the message is larger than the broker takes")
            .withCause(cause));
  }

  /** States why there is no connection: nothing was sent. */
  static ParleyException notConnected(Throwable failure) {
    ParleyException known = translate(failure);
    if (!(known instanceof TransportException) || known instanceof UnreachableException) {
      return known;
    }
    String what = "the broker could not be reached";
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof UnknownHostException) {
        what = "the host name cannot be resolved";
      } else if (each instanceof SSLException) {
        what = "TLS failed";
      }
    }
    return new UnreachableException(
        Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, what).withCause(failure));
  }

  /** States that what was sent was not confirmed. */
  private static ParleyException unconfirmed(Throwable cause) {
    return new TransportException(
        Failure.of(
                Kind.TRANSIENT,
                Effect.POSSIBLE,
                "the connection was lost before the broker confirmed")
            .withCause(cause));
  }

  /** States that the broker has not taken a message, and says so. */
  static ParleyException nacked() {
    return remote(
        "the broker did not take the message:",
        Kind.TRANSIENT,
        Effect.NOT_PROCESSED,
        "basic.nack",
        "",
        null);
  }

  /** States that there is no queue for a message. */
  static ParleyException returned(Return returned) {
    Kind kind =
        returned.getReplyCode() == NO_ROUTE ? Kind.PERMANENT : kind(returned.getReplyCode());
    return remote(
        "the broker returned the message with",
        kind,
        Effect.NOT_PROCESSED,
        returned.getReplyCode() + " " + returned.getReplyText(),
        ": no queue is bound to exchange '"
            + returned.getExchange()
            + "' for routing key '"
            + returned.getRoutingKey()
            + "'; declare one, or bind the topic as optional()",
        null);
  }

  static ParleyException full(int messages, long bytes) {
    return new OverloadedException(
        Failure.of(
            Kind.LOCAL,
            Effect.NOT_SENT,
            messages + " messages or " + bytes + " bytes wait to go out already"));
  }

  private static ParleyException remote(
      String what,
      Kind kind,
      Effect effect,
      String code,
      String advice,
      @Nullable Throwable failure) {
    return new RemoteException(
        Failure.of(kind, effect, what + " " + code + advice).withCause(failure),
        code,
        Headers.empty(),
        null);
  }
}
