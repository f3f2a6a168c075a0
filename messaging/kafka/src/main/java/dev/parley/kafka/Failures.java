package dev.parley.kafka;

import dev.parley.CommunicationInterruptedException;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.OverloadedException;
import dev.parley.ParleyException;
import dev.parley.RemoteException;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** What native failures mean. */
final class Failures {
  private Failures() {}

  static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }

  static ParleyException translate(Throwable failure) {
    boolean isUnsent = failure instanceof UnsentException;
    Throwable facts = failure;
    if (failure instanceof UnsentException && failure.getCause() != null) {
      facts = failure.getCause();
    }
    for (Throwable each = facts; each != null; each = each.getCause()) {
      ParleyException known = known(each, isUnsent ? Effect.NOT_SENT : Effect.POSSIBLE);
      if (known != null) {
        return known;
      }
    }
    return new TransportException(
        Failure.of(
                Kind.TRANSIENT,
                isUnsent ? Effect.NOT_SENT : Effect.POSSIBLE,
                "the native client failed")
            .withCause(facts));
  }

  private static @Nullable ParleyException known(Throwable each, Effect effect) {
    if (each instanceof ParleyException parley) {
      return parley;
    }
    if (each instanceof InterruptException || each instanceof InterruptedException) {
      return new CommunicationInterruptedException(
          Failure.of(Kind.CANCELLED, effect, "the wait for the broker was interrupted")
              .withCause(each));
    }
    if (each instanceof ConfigException) {
      return unusable(each);
    }
    if (each instanceof SslAuthenticationException) {
      return new UntrustedPeerException(
          Failure.of(
                  Kind.PERMANENT,
                  Effect.NOT_SENT,
                  "the TLS handshake with the broker failed: check the names, dates and issuers of"
                      + " the certificates, and ssl.truststore.location")
              .withCause(each));
    }
    if (each instanceof RecordTooLargeException || each instanceof RecordBatchTooLargeException) {
      return new MessageTooLargeException(
          Failure.of(
                  Kind.PERMANENT,
                  effect == Effect.NOT_SENT ? effect : Effect.NOT_PROCESSED,
                  "the message is larger than the broker or max.request.size takes")
              .withCause(each));
    }
    if (each instanceof BufferExhaustedException) {
      return new OverloadedException(
          Failure.of(
                  Kind.THROTTLED,
                  Effect.NOT_SENT,
                  "the producer's buffer is full: send slower, or set buffer.memory")
              .withCause(each));
    }
    if (each instanceof TimeoutException) {
      return timedOut(each, effect);
    }
    return each instanceof ApiException refusal ? answered(refusal, effect) : null;
  }

  /** The address or an option: a name that cannot be resolved may be there in a moment. */
  private static ParleyException unusable(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("bootstrap")
        ? new UnreachableException(
            Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, "the broker's host name cannot be resolved")
                .withCause(failure))
        : new ConfigurationException(
            Failure.of(Kind.LOCAL, Effect.NOT_SENT, "the native client cannot be made: " + message)
                .withCause(failure));
  }

  private static ParleyException timedOut(Throwable failure, Effect effect) {
    if (failure.getCause() instanceof UnknownTopicOrPartitionException unknown) {
      return answered(unknown, Effect.NOT_SENT);
    }
    return effect == Effect.NOT_SENT
        ? new UnreachableException(
            Failure.of(Kind.TRANSIENT, effect, "the broker could not be reached")
                .withCause(failure))
        : new TransportException(
            Failure.of(Kind.TRANSIENT, effect, "the broker did not acknowledge in time")
                .withCause(failure));
  }

  private static ParleyException answered(ApiException refusal, Effect effect) {
    String code = Errors.forException(refusal).name();
    Kind kind = kind(refusal);
    boolean isProof = kind == Kind.PERMANENT || kind == Kind.AUTHENTICATION;
    String advice = "";
    if (kind == Kind.AUTHENTICATION) {
      code = refusal.getClass().getSimpleName();
      advice = "; give the builder credentials that are good";
    } else if (refusal instanceof UnknownTopicOrPartitionException) {
      advice = "; create the topic, since the broker does not";
    }
    Effect proven = isProof && effect == Effect.POSSIBLE ? Effect.NOT_PROCESSED : effect;
    return new RemoteException(
        Failure.of(kind, proven, "the broker refused with " + code + advice).withCause(refusal),
        code,
        Headers.empty(),
        null);
  }

  private static Kind kind(ApiException refusal) {
    if (refusal instanceof AuthenticationException) {
      return Kind.AUTHENTICATION;
    }
    if (refusal instanceof ThrottlingQuotaExceededException) {
      return Kind.THROTTLED;
    }
    if (refusal instanceof AuthorizationException
        || refusal instanceof UnknownTopicOrPartitionException) {
      return Kind.PERMANENT;
    }
    boolean isPassing =
        refusal instanceof RetriableException
            || refusal instanceof ApplicationRecoverableException
            || refusal instanceof OutOfOrderSequenceException
            || refusal instanceof UnknownServerException
            || refusal instanceof DisconnectException;
    return isPassing ? Kind.TRANSIENT : Kind.PERMANENT;
  }
}
