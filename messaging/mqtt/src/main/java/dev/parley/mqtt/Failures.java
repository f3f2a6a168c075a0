package dev.parley.mqtt;

import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.exceptions.MqttDecodeException;
import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3SubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.Mqtt5ReasonCode;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.RemoteException;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What native failures and the protocol's reason codes mean. */
final class Failures {
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
    return new TransportException(
        Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "the connection broke").withCause(failure));
  }

  private static @Nullable ParleyException known(Throwable each, Throwable failure) {
    if (each instanceof ParleyException parley) {
      return parley;
    }
    if (each instanceof NoConnectionException gone && gone.getCause() != null) {
      return gone.wasThere() ? unacknowledged(failure) : notConnected(gone.getCause());
    }
    if (each instanceof CertificateException) {
      return new UntrustedPeerException(
          Failure.of(
                  Kind.PERMANENT,
                  Effect.NOT_SENT,
                  "the broker's certificate is not trusted: check its name, its dates and its"
                      + " issuer, or give the builder a TLS configuration that trusts the issuer")
              .withCause(failure));
    }
    if (each instanceof MqttEncodeException) {
      return tooLarge(failure);
    }
    if (each instanceof MqttDecodeException) {
      return new ProtocolException(
          Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, "the broker sent a malformed packet")
              .withCause(failure));
    }
    if (isUnsent(each)) {
      return new UnreachableException(
          Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, "there is no connection").withCause(failure));
    }
    return refusal(each, failure);
  }

  /** Returns whether a failure proves that the packet never left the native client. */
  static boolean isUnsent(Throwable failure) {
    return failure instanceof MqttEncodeException || failure instanceof MqttClientStateException;
  }

  static ParleyException tooLarge(@Nullable Throwable cause) {
    return new MessageTooLargeException(
        Failure.of(
                Kind.PERMANENT,
                Effect.NOT_SENT,
                "the message is larger than the packets that the broker takes")
            .withCause(cause));
  }

  private static @Nullable ParleyException refusal(Throwable each, Throwable failure) {
    if (each instanceof Mqtt5ConnAckException e) {
      Mqtt5ReasonCode code = e.getMqttMessage().getReasonCode();
      return refused(
          "the broker refused the connection with", connection(code.getCode()), code, failure);
    }
    if (each instanceof Mqtt5DisconnectException e) {
      Mqtt5ReasonCode code = e.getMqttMessage().getReasonCode();
      return answered(
          "the connection was ended with",
          connection(code.getCode()),
          Effect.POSSIBLE,
          name(code),
          failure);
    }
    if (each instanceof Mqtt5SubAckException e) {
      Mqtt5ReasonCode code = e.getMqttMessage().getReasonCodes().get(0);
      return refused("the broker refused the subscription with", subscription(code), code, failure);
    }
    if (each instanceof Mqtt5PubAckException e) {
      return publication(e.getMqttMessage().getReasonCode(), failure);
    }
    if (each instanceof Mqtt5PubRecException e) {
      return publication(e.getMqttMessage().getReasonCode(), failure);
    }
    if (each instanceof Mqtt3ConnAckException e) {
      String code = e.getMqttMessage().getReturnCode().toString();
      Kind kind =
          switch (e.getMqttMessage().getReturnCode()) {
            case SERVER_UNAVAILABLE -> Kind.TRANSIENT;
            case BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED -> Kind.AUTHENTICATION;
            default -> Kind.PERMANENT;
          };
      return answered(
          "the broker refused the connection with", kind, Effect.NOT_SENT, code, failure);
    }
    if (each instanceof Mqtt3SubAckException) {
      return answered(
          "the broker refused the subscription with",
          Kind.PERMANENT,
          Effect.NOT_SENT,
          "FAILURE",
          failure);
    }
    return null;
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

  /** States that what was sent was not acknowledged. */
  static ParleyException unacknowledged(Throwable cause) {
    return new TransportException(
        Failure.of(
                Kind.TRANSIENT,
                Effect.POSSIBLE,
                "the connection was lost before the broker acknowledged")
            .withCause(cause));
  }

  /** The table for CONNACK and DISCONNECT. */
  static Kind connection(int code) {
    return switch (code) {
      case 0x00, 0x04, 0x88, 0x8B, 0x8D, 0x98, 0x9C, 0x9D, 0xA0 -> Kind.TRANSIENT;
      case 0x89, 0x93, 0x96, 0x97, 0x9F -> Kind.THROTTLED;
      case 0x86, 0x87 -> Kind.AUTHENTICATION;
      case 0x80, 0x81, 0x82, 0x83 -> Kind.PROTOCOL; // a few times, and then no more
      default -> Kind.PERMANENT; // another has taken the session over, banned, not supported
    };
  }

  private static Kind subscription(Mqtt5ReasonCode code) {
    return switch (code.getCode()) {
      case 0x80, 0x83 -> Kind.PROTOCOL;
      case 0x91 -> Kind.TRANSIENT;
      case 0x97 -> Kind.THROTTLED;
      default -> Kind.PERMANENT;
    };
  }

  private static ParleyException publication(Mqtt5ReasonCode code, Throwable failure) {
    String what = "the broker refused the message with";
    return switch (code.getCode()) {
      case 0x80, 0x83 -> answered(what, Kind.TRANSIENT, Effect.POSSIBLE, name(code), failure);
      case 0x91 -> answered(what, Kind.TRANSIENT, Effect.NOT_PROCESSED, name(code), failure);
      case 0x97 -> answered(what, Kind.THROTTLED, Effect.NOT_PROCESSED, name(code), failure);
      default -> answered(what, Kind.PERMANENT, Effect.NOT_PROCESSED, name(code), failure);
    };
  }

  private static ParleyException refused(
      String what, Kind kind, Mqtt5ReasonCode code, Throwable failure) {
    return answered(what, kind, Effect.NOT_SENT, name(code), failure);
  }

  private static ParleyException answered(
      String what, Kind kind, Effect effect, String code, Throwable failure) {
    String advice =
        switch (kind) {
          case AUTHENTICATION -> "; give the builder credentials that are good";
          case PERMANENT -> code.startsWith("0x8E") ? "; each program needs its own clientId" : "";
          default -> "";
        };
    return new RemoteException(
        Failure.of(kind, effect, what + " " + code + advice).withCause(failure),
        code,
        Headers.empty(),
        null);
  }

  private static String name(Mqtt5ReasonCode code) {
    return String.format(Locale.ROOT, "0x%02X %s", code.getCode(), code);
  }
}
