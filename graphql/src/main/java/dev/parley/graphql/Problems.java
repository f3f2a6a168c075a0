package dev.parley.graphql;

import dev.parley.CodecException;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.ProtocolException;
import dev.parley.TransportException;

/** Refusals of what a caller asks for, and of what a server answers. */
final class Problems {
  private Problems() {}

  static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }

  static ProtocolException protocol(String message) {
    return new ProtocolException(Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, message));
  }

  static TransportException lost(String message) {
    return new TransportException(Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, message));
  }

  static MessageTooLargeException tooLarge(Bound<?> bound) {
    return new MessageTooLargeException(
        Failure.of(
            Kind.PERMANENT,
            Effect.POSSIBLE,
            "an element of "
                + bound.describe()
                + " is larger than maxResponseBytes ("
                + bound.transport().maxResponseBytes()
                + "); raise it if it may be"));
  }

  static CodecException unreadable(String message) {
    return new CodecException(Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, message));
  }
}
