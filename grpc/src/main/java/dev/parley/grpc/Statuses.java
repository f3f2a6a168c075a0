package dev.parley.grpc;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** States the facts of a call that ended with a status. */
final class Statuses {
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
  private static final Duration NEVER = Duration.ofMillis(-1);

  private Statuses() {}

  static ParleyException translate(Throwable failure) {
    if (failure instanceof ParleyException known) {
      return known;
    }
    if (failure instanceof CallFailure call) {
      return call.wasAnswered() ? answered(call) : local(call);
    }
    if (failure instanceof StatusRuntimeException known) {
      return local(anonymous(known.getStatus(), known.getTrailers()));
    }
    if (failure instanceof StatusException known) {
      return local(anonymous(known.getStatus(), known.getTrailers()));
    }
    return new ParleyException(
        Failure.of(
                Kind.LOCAL, Effect.NOT_SENT, "gRPC failed: " + failure.getClass().getSimpleName())
            .withCause(failure));
  }

  private static CallFailure anonymous(Status status, @Nullable Metadata trailers) {
    return new CallFailure(
        "the call", status, trailers == null ? new Metadata() : trailers, true, false);
  }

  // ---------------------------------------------------------------- the peer answered

  private static ParleyException answered(CallFailure call) {
    Status status = call.getStatus();
    Metadata trailers = call.getTrailers() == null ? new Metadata() : call.getTrailers();
    List<ErrorDetail> details = ErrorDetails.of(trailers);
    Duration hint = hint(trailers, details);
    boolean hinted = hint != null && !hint.isNegative();
    if (isTooLarge(status) && !hinted) {
      return tooLarge(call);
    }
    Kind kind =
        switch (status.getCode()) {
          case UNAVAILABLE ->
              hint != null && hint.compareTo(Duration.ZERO) > 0 ? Kind.THROTTLED : Kind.TRANSIENT;
          case RESOURCE_EXHAUSTED -> hinted ? Kind.THROTTLED : Kind.PERMANENT;
          case UNAUTHENTICATED -> Kind.AUTHENTICATION;
          case CANCELLED -> Kind.TRANSIENT;
          default -> Kind.PERMANENT;
        };
    Effect effect =
        switch (status.getCode()) {
          case RESOURCE_EXHAUSTED -> hinted ? Effect.NOT_PROCESSED : Effect.POSSIBLE;
          case UNAUTHENTICATED, UNIMPLEMENTED -> Effect.NOT_PROCESSED;
          default -> Effect.POSSIBLE;
        };
    Failure failure =
        Failure.of(kind, effect, call.method() + " answered " + status.getCode())
            .withRetryAfter(hint)
            .withCause(call);
    return GrpcException.of(failure, status, trailers, details);
  }

  /** How long the peer asks to wait: null if it does not say, negative for "not again". */
  private static @Nullable Duration hint(Metadata trailers, List<ErrorDetail> details) {
    String pushback = trailers.get(PUSHBACK);
    if (pushback != null) {
      return pushback(pushback);
    }
    for (ErrorDetail detail : details) {
      if (detail instanceof ErrorDetail.RetryInfo info) {
        return info.delay();
      }
    }
    return null;
  }

  private static Duration pushback(String text) {
    try {
      long millis = Long.parseLong(text);
      return millis < 0 ? NEVER : Duration.ofMillis(millis);
    } catch (NumberFormatException e) {
      return NEVER; // as the protocol has it
    }
  }

  // ---------------------------------------------------------------- it did not

  private static ParleyException local(CallFailure call) {
    Status status = call.getStatus();
    if (isTooLarge(status)) {
      return tooLarge(call);
    }
    if (find(status.getCause(), CertificateException.class) != null) {
      return new UntrustedPeerException(
          Failure.of(
                  Kind.PERMANENT,
                  Effect.NOT_SENT,
                  call.method() + ": the peer's certificate is not trusted")
              .withCause(call));
    }
    if (isRefused(status)) {
      return new TransportException(
          Failure.of(
                  Kind.TRANSIENT,
                  Effect.NOT_PROCESSED,
                  call.method() + ": the peer refused the request without looking at it")
              .withCause(call));
    }
    String why = status.getCode() + because(status.getCause());
    return switch (status.getCode()) {
      case UNAVAILABLE, CANCELLED, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED ->
          call.wasSent()
              ? new TransportException(
                  Failure.of(
                          Kind.TRANSIENT,
                          Effect.POSSIBLE,
                          call.method() + ": the connection broke before the end: " + why)
                      .withCause(call))
              : new UnreachableException(
                  Failure.of(
                          Kind.TRANSIENT,
                          Effect.NOT_SENT,
                          call.method() + ": no connection to the peer: " + why)
                      .withCause(call));
      case UNAUTHENTICATED ->
          new ParleyException(
              Failure.of(
                      Kind.AUTHENTICATION,
                      Effect.NOT_SENT,
                      call.method() + ": there are no credentials to send")
                  .withCause(call));
      default ->
          new ProtocolException(
              Failure.of(
                      Kind.PROTOCOL,
                      Effect.POSSIBLE,
                      call.method() + ": the peer does not keep to gRPC: " + why)
                  .withCause(call));
    };
  }

  // Once grpc-java itself has sent it again: by then this is all that tells it from other resets.
  private static boolean isRefused(Status status) {
    String text = status.getDescription();
    return status.getCode() == Status.Code.UNAVAILABLE
        && text != null
        && text.contains("HTTP/2 error code: REFUSED_STREAM");
  }

  // Both sides of grpc-java, grpc-js and grpc-go say it in these words; there is no code for it.
  private static boolean isTooLarge(Status status) {
    String text = status.getDescription();
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
        && text != null
        && (text.contains("exceeds maximum size")
            || text.contains("larger than max")
            || text.contains("message too large"));
  }

  private static MessageTooLargeException tooLarge(CallFailure call) {
    return new MessageTooLargeException(
        Failure.of(
                Kind.PERMANENT,
                Effect.POSSIBLE,
                "a message of "
                    + call.method()
                    + " is larger than "
                    + (call.wasAnswered() ? "the peer" : "maxMessageBytes")
                    + " allows")
            .withCause(call));
  }

  private static String because(@Nullable Throwable cause) {
    return cause == null ? "" : " (" + cause.getClass().getSimpleName() + ")";
  }

  private static <T> @Nullable T find(@Nullable Throwable failure, Class<T> type) {
    Throwable link = failure;
    for (int depth = 0; link != null && depth < 32; depth++) {
      if (type.isInstance(link)) {
        return type.cast(link);
      }
      link = link.getCause();
    }
    return null;
  }
}
