package dev.parley.http;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Idempotency;
import dev.parley.Kind;
import java.time.Instant;
import okhttp3.Headers;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** States the facts of an answer that says no. */
final class Statuses {
  private Statuses() {}

  /**
   * States them.
   *
   * @param request the request in words, such as {@code POST /orders}
   * @param repeated whether this call was answered 421 or 425 before
   */
  static Failure failure(
      String request,
      Response response,
      Idempotency idempotency,
      boolean treat503AsNotProcessed,
      boolean repeated,
      Instant now) {
    int code = response.code();
    Headers headers = response.headers();
    Kind kind = kind(code, idempotency, repeated, headers);
    Effect effect = effect(code, treat503AsNotProcessed);
    Boolean wish = shouldRetry(headers);
    if (wish != null && !wish && kind != Kind.AUTHENTICATION) {
      kind = Kind.PERMANENT;
    } else if (wish != null && wish && kind == Kind.PERMANENT && idempotency.isRepeatable()) {
      kind = Kind.TRANSIENT;
    }
    boolean limits = (code == 429 || code == 503) && response.cacheResponse() == null;
    return Failure.of(kind, effect, message(request, code))
        .withRetryAfter(Hints.of(headers, now, limits));
  }

  private static Kind kind(int code, Idempotency idempotency, boolean repeated, Headers headers) {
    return switch (code) {
      case 401 -> Kind.AUTHENTICATION;
      case 408 -> Kind.TRANSIENT;
      // "Still working on the request with this key": the same one may be asked for again.
      case 409 -> idempotency == Idempotency.KEYED ? Kind.TRANSIENT : Kind.PERMANENT;
      case 421, 425 -> repeated ? Kind.PERMANENT : Kind.TRANSIENT;
      case 429 -> Kind.THROTTLED;
      case 503 -> headers.get("Retry-After") == null ? Kind.TRANSIENT : Kind.THROTTLED;
      case 501, 505, 506, 508, 510, 511 -> Kind.PERMANENT;
      default -> code >= 500 ? Kind.TRANSIENT : Kind.PERMANENT;
    };
  }

  private static Effect effect(int code, boolean treat503AsNotProcessed) {
    return switch (code) {
      case 401, 407, 421, 425, 429 -> Effect.NOT_PROCESSED;
      case 503 -> treat503AsNotProcessed ? Effect.NOT_PROCESSED : Effect.POSSIBLE;
      default -> Effect.POSSIBLE;
    };
  }

  private static @Nullable Boolean shouldRetry(Headers headers) {
    String value = headers.get("x-should-retry");
    if (value == null) {
      value = headers.get("Stripe-Should-Retry");
    }
    if ("true".equalsIgnoreCase(value)) {
      return Boolean.TRUE;
    }
    return "false".equalsIgnoreCase(value) ? Boolean.FALSE : null;
  }

  private static String message(String request, int code) {
    String phrase = phrase(code);
    String answered = request + " answered " + code + (phrase.isEmpty() ? "" : " " + phrase);
    if (code >= 300 && code < 400 && code != 304) {
      return answered + "; redirects are followed for safe requests only";
    }
    return answered;
  }

  // Not the peer's own words, which may hold anything.
  private static String phrase(int code) {
    return switch (code) {
      case 300 -> "Multiple Choices";
      case 301 -> "Moved Permanently";
      case 302 -> "Found";
      case 303 -> "See Other";
      case 304 -> "Not Modified";
      case 307 -> "Temporary Redirect";
      case 308 -> "Permanent Redirect";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 402 -> "Payment Required";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 406 -> "Not Acceptable";
      case 407 -> "Proxy Authentication Required";
      case 408 -> "Request Timeout";
      case 409 -> "Conflict";
      case 410 -> "Gone";
      case 411 -> "Length Required";
      case 412 -> "Precondition Failed";
      case 413 -> "Content Too Large";
      case 414 -> "URI Too Long";
      case 415 -> "Unsupported Media Type";
      case 421 -> "Misdirected Request";
      case 422 -> "Unprocessable Content";
      case 423 -> "Locked";
      case 425 -> "Too Early";
      case 428 -> "Precondition Required";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 451 -> "Unavailable For Legal Reasons";
      case 500 -> "Internal Server Error";
      case 501 -> "Not Implemented";
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      case 505 -> "HTTP Version Not Supported";
      case 507 -> "Insufficient Storage";
      default -> "";
    };
  }
}
