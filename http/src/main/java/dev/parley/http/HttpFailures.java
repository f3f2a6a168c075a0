package dev.parley.http;

import dev.parley.CallCancelledException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.zip.DataFormatException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** States the facts of what OkHttp throws. */
final class HttpFailures {
  private HttpFailures() {}

  /** States them when it is not known how far the attempt came. */
  static ParleyException translate(Throwable failure) {
    return translate(failure, true);
  }

  /**
   * States them.
   *
   * @param sent whether a byte of the request may have left
   */
  static ParleyException translate(Throwable failure, boolean sent) {
    if (failure instanceof ParleyException known) {
      return known;
    }
    if (!(failure instanceof IOException)) {
      return new ParleyException(
          Failure.of(
                  Kind.LOCAL,
                  sent ? Effect.POSSIBLE : Effect.NOT_SENT,
                  "the HTTP client failed with " + failure.getClass().getSimpleName())
              .withCause(failure));
    }
    if (failure instanceof Bodies.Unreadable) {
      return new ParleyException(
          Failure.of(Kind.LOCAL, Effect.POSSIBLE, "the payload to send cannot be read")
              .withCause(failure.getCause()));
    }
    if (failure instanceof UnknownHostException) {
      return unreachable("the host name cannot be resolved", failure);
    }
    if (isUntrusted(failure)) {
      return new UntrustedPeerException(
          Failure.of(
                  Kind.PERMANENT,
                  Effect.NOT_SENT,
                  "the peer's certificate is not trusted: check its name, its dates and its issuer,"
                      + " or give the adapter's builder a trust store that has the issuer")
              .withCause(failure));
    }
    if (isCancelled(failure)) {
      return new CallCancelledException(
          new Failure(
              Kind.CANCELLED,
              sent ? Effect.POSSIBLE : Effect.NOT_SENT,
              "the HTTP client cancelled the call",
              failure,
              null));
    }
    if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
      return unreachable("the connection was refused or has no route", failure);
    }
    if (!sent) {
      return beforeSending(failure);
    }
    return afterSending(failure);
  }

  /** Returns whether the peer proved that it did not look at the request. */
  static boolean isNotProcessed(Throwable failure) {
    // Classes that OkHttp does not export.
    String name = failure.getClass().getName();
    return name.endsWith(".http2.ConnectionShutdownException")
        || (name.endsWith(".http2.StreamResetException")
            && String.valueOf(failure.getMessage()).endsWith("REFUSED_STREAM"));
  }

  private static ParleyException beforeSending(Throwable failure) {
    String what;
    if (failure instanceof SocketTimeoutException) {
      what = "no connection within the connect timeout";
    } else if (failure instanceof SSLException) {
      what = "the TLS handshake failed";
    } else {
      what = "the connection could not be made";
    }
    return unreachable(what, failure);
  }

  private static ParleyException afterSending(Throwable failure) {
    if (isNotProcessed(failure)) {
      return transport(Effect.NOT_PROCESSED, "the peer refused the stream unprocessed", failure);
    }
    if (failure instanceof SocketTimeoutException) {
      return transport(Effect.POSSIBLE, "no answer within the read timeout", failure);
    }
    if (failure instanceof java.net.ProtocolException) {
      if ("unexpected end of stream".equals(failure.getMessage())) {
        return transport(Effect.POSSIBLE, "the answer was cut off", failure);
      }
      return protocol("the answer breaks the rules of HTTP", failure);
    }
    if (failure.getCause() instanceof DataFormatException || isCorruptGzip(failure)) {
      return protocol("the compressed answer is corrupt", failure);
    }
    if (failure instanceof EOFException || isEndOfStream(failure)) {
      return transport(
          Effect.POSSIBLE, "the connection was closed before the answer was complete", failure);
    }
    return transport(Effect.POSSIBLE, "the connection broke", failure);
  }

  private static boolean isUntrusted(Throwable failure) {
    if (failure instanceof SSLPeerUnverifiedException) {
      return true;
    }
    if (!(failure instanceof SSLHandshakeException)) {
      return false;
    }
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 32; depth++) {
      if (cause instanceof CertificateException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean isCancelled(Throwable failure) {
    return failure.getClass() == IOException.class
        && "canceled".equalsIgnoreCase(failure.getMessage());
  }

  private static boolean isEndOfStream(Throwable failure) {
    String message = failure.getMessage();
    return message != null && message.startsWith("unexpected end of stream");
  }

  // Okio's GzipSource: "ID1ID2: actual 0x… != expected 0x…", or the same of CRC or ISIZE.
  private static boolean isCorruptGzip(Throwable failure) {
    String message = failure.getMessage();
    return failure.getClass() == IOException.class
        && message != null
        && (message.contains(": actual 0x") || message.startsWith("gzip "));
  }

  private static ParleyException unreachable(String what, Throwable cause) {
    return new UnreachableException(
        Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, what).withCause(cause));
  }

  private static ParleyException transport(Effect effect, String what, Throwable cause) {
    return new TransportException(Failure.of(Kind.TRANSIENT, effect, what).withCause(cause));
  }

  private static ParleyException protocol(String what, Throwable cause) {
    return new ProtocolException(Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, what).withCause(cause));
  }
}
