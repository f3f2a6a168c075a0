package dev.parley.rest;

import dev.parley.Codec;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.http.Bodies;
import dev.parley.http.HttpHeaders;
import dev.parley.http.HttpTransport;
import dev.parley.spi.Codecs;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One operation at one endpoint, with all that can be worked out before its first call. */
final class Bound<R> {
  private static final RequestBody EMPTY = Bodies.bytes(new byte[0], null);
  private static final int ERROR_LIMIT = 64 * 1024;

  final Http http;
  final Idempotency idempotency;
  final Reader<R> reader;
  final HttpTransport transport;

  private final String base;
  private final Plan plan;
  private final Headers headers;
  private final @Nullable HttpUrl fixedUrl;
  private final @Nullable Codec<Object> bodyCodec;
  private final @Nullable MediaType bodyType;
  private final @Nullable RequestBody noBody;

  Bound(Operation<?, R> operation, Http http, HttpTransport transport, String base) {
    this.http = http;
    this.transport = transport;
    this.base = base;
    this.idempotency = operation.idempotencyOr(http.idempotency());
    this.plan = Plan.of(http, operation.requestType());
    Codecs codecs = transport.context().codecs();
    this.reader =
        new Reader<>(operation.name(), operation.replyType(), codecs, transport.maxResponseBytes());
    this.headers = fixedHeaders(http, reader.accept());
    this.fixedUrl =
        plan.hasFixedUrl()
            ? url(base + http.template().fixedPath() + http.template().query())
            : null;
    this.bodyCodec = bodyCodec(http, plan.bodyType(), codecs);
    String mediaType = http.contentType();
    if (mediaType == null && bodyCodec != null) {
      mediaType = bodyCodec.contentType();
    }
    this.bodyType = mediaType == null ? null : mediaType(mediaType);
    this.noBody =
        switch (http.method()) {
          case "POST", "PUT", "PATCH", "QUERY" -> EMPTY;
          default -> null;
        };
  }

  /** Binds and encodes one request. */
  RestExchange<R> exchange(@Nullable Object request) {
    if (plan.isWhole() && fixedUrl != null) {
      return exchange(fixedUrl, headers, Objects.requireNonNull(request, "request"));
    }
    Parts parts = new Parts(http.template().size(), headers);
    plan.take(request, parts);
    return exchange(url(parts), parts.headers(), parts.body);
  }

  private RestExchange<R> exchange(HttpUrl url, Headers all, @Nullable Object body) {
    return new RestExchange<>(
        this,
        url,
        all,
        body == null ? noBody : body(body),
        body instanceof Payload payload ? payload : null);
  }

  /** Reads the beginning of an answer that says no. */
  RestException.Answered answered(Response response) {
    byte[] bytes = Bodies.readSome(response, ERROR_LIMIT);
    String contentType = response.header("Content-Type");
    Payload body = Payload.of(bytes, contentType == null ? "" : contentType);
    return new RestException.Answered(
        response,
        HttpHeaders.from(response.headers()),
        body,
        problem(body),
        http.error() == null ? null : decoded(http.error(), body));
  }

  private @Nullable Problem problem(Payload body) {
    Optional<String> type = body.contentType();
    if (type.isEmpty() || !type.get().regionMatches(true, 0, "application/problem+json", 0, 24)) {
      return null;
    }
    Map<String, Object> members = decoded(Plan.OBJECT, body);
    return members == null ? null : Problem.of(members);
  }

  private <E> @Nullable E decoded(TypeRef<E> type, Payload body) {
    try {
      return transport.context().codecs().decode(type, body);
    } catch (RuntimeException e) {
      return null; // the status is the news; the body only explains it
    }
  }

  private HttpUrl url(Parts parts) {
    if (fixedUrl != null) {
      return fixedUrl;
    }
    Template template = http.template();
    StringBuilder url = new StringBuilder(base.length() + 64).append(base);
    template.write(parts.variables, base.length(), url);
    url.append(template.query());
    parts.writeQuery(url, !template.query().isEmpty());
    return url(url.toString());
  }

  private RequestBody body(Object body) {
    RequestBody encoded = uncompressed(body);
    return http.isGzip() ? Bodies.gzip(encoded) : encoded;
  }

  private RequestBody uncompressed(Object body) {
    if (body instanceof Payload payload) {
      MediaType type = bodyType;
      if (http.contentType() == null) {
        type = payload.contentType().map(Bound::mediaType).orElse(null);
      }
      return Bodies.payload(payload, type);
    }
    if (http.isForm()) {
      Payload form = Form.encoded(body);
      return Bodies.bytes(form.toByteArray(), mediaType(Form.MEDIA_TYPE));
    }
    Codec<Object> codec = bodyCodec;
    if (codec == null) {
      throw new IllegalStateException(http + " has a body without a type");
    }
    return Bodies.bytes(codec.encode(body).toByteArray(), bodyType);
  }

  @SuppressWarnings("unchecked") // the plan gives the codec what it was made for
  private static @Nullable Codec<Object> bodyCodec(
      Http http, @Nullable TypeRef<?> type, Codecs codecs) {
    if (type == null || http.isForm() || Payload.class.isAssignableFrom(type.rawType())) {
      return null;
    }
    String mediaType = http.contentType();
    return (Codec<Object>) (mediaType == null ? codecs.codec(type) : codecs.codec(type, mediaType));
  }

  private static Headers fixedHeaders(Http http, String accept) {
    HttpHeaders fixed = new HttpHeaders(new Headers.Builder().build());
    if (!http.headers().contains("Accept")) {
      fixed.add("Accept", accept);
    }
    http.headers().forEach(fixed::add);
    if (http.isGzip()) {
      fixed.set("Content-Encoding", "gzip");
    }
    return fixed.build();
  }

  private static HttpUrl url(String text) {
    try {
      return HttpUrl.get(text);
    } catch (IllegalArgumentException e) {
      // OkHttp's message quotes the address, with what the caller put in.
      throw Problems.refused("the address and the path's template make no valid URL");
    }
  }

  private static MediaType mediaType(String text) {
    MediaType type = MediaType.parse(text);
    if (type == null) {
      throw Problems.refused("\"" + text + "\" is not a media type");
    }
    return type;
  }
}
