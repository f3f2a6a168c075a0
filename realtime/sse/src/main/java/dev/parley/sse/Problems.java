package dev.parley.sse;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.TransportException;

/** What goes wrong with a stream of events, beside what goes wrong with HTTP. */
final class Problems {
  private Problems() {}

  static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }

  static ProtocolException notEvents(String request) {
    return new ProtocolException(
        Failure.of(
            Kind.PERMANENT,
            Effect.POSSIBLE,
            request
                + " answered 200 with another media type than text/event-stream; check the path,"
                + " or that no proxy answers in the server's place"));
  }

  static MessageTooLargeException tooLarge(String what, int limit, String option) {
    return new MessageTooLargeException(
        Failure.of(
            Kind.PERMANENT,
            Effect.POSSIBLE,
            what + " is larger than " + limit + " bytes; raise " + option + " if it may be"));
  }

  static TransportException tooSlow(long seconds) {
    return new TransportException(
        Failure.of(
            Kind.TRANSIENT,
            Effect.POSSIBLE,
            "an event was not complete " + seconds + " s after it began"));
  }

  /** A request that must not be repeated blindly, and whose stream broke off. */
  static AmbiguousOutcomeException ambiguous(ParleyException cause) {
    return new AmbiguousOutcomeException(
        Failure.of(
                Kind.PERMANENT,
                Effect.POSSIBLE,
                "the stream broke off, and its request must not be repeated blindly; declare the"
                    + " operation SAFE, IDEMPOTENT or KEYED if it may be: "
                    + cause.getMessage())
            .withCause(cause));
  }

  static ParleyException brokenOff() {
    return new TransportException(
        Failure.of(
            Kind.TRANSIENT, Effect.POSSIBLE, "the answer ended before the event that ends it"));
  }
}
