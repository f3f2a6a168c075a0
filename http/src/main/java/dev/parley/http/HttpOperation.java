package dev.parley.http;

import dev.parley.Codec;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Codecs;
import java.util.Objects;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * One operation at one endpoint: how its requests become HTTP requests by its {@link Http} binding,
 * with all that can be worked out before the first. For adapters.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class HttpOperation {
  private static final RequestBody EMPTY = Bodies.bytes(new byte[0], null);

  private final Http http;
  private final Idempotency idempotency;
  private final String base;
  private final Plan plan;
  private final Headers headers;
  private final @Nullable HttpUrl fixedUrl;
  private final @Nullable Codec<Object> bodyCodec;
  private final @Nullable MediaType bodyType;
  private final @Nullable RequestBody noBody;

  /**
   * Binds an operation.
   *
   * @param base the endpoint's address, see {@link #base}
   * @param accept the media type to ask for, unless the binding asks for another one
   * @throws dev.parley.ConfigurationException if the binding does not fit the type of the request
   */
  public HttpOperation(
      Operation<?, ?> operation, Http http, Codecs codecs, String base, String accept) {
    this.http = http;
    this.base = base;
    this.idempotency = operation.idempotencyOr(http.idempotency());
    this.plan = Plan.of(http, operation.requestType());
    this.headers = fixedHeaders(http, accept);
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

  /**
   * Returns the address that the paths of operations come below: without query and closing slash,
   * and without what stands before a plus in the scheme, as in {@code sse+https}.
   *
   * @throws dev.parley.ConfigurationException if it has no host
   */
  public static String base(ChannelSpec spec) {
    // OkHttp would take the first part of the path for the host.
    String text = spec.uri().getRawAuthority() == null ? "" : spec.uri().toString();
    int plus = spec.scheme().indexOf('+');
    HttpUrl url = HttpUrl.parse(text.substring(Math.min(text.length(), plus + 1)));
    if (url == null) {
      throw Problems.refused(
          "the address "
              + spec.endpoint()
              + " has no host: write it like "
              + spec.scheme().substring(0, plus + 1)
              + "https://api.shop.example");
    }
    String base = url.newBuilder().query(null).fragment(null).build().toString();
    return base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
  }

  /** Returns what a repetition of it would do. */
  public Idempotency idempotency() {
    return idempotency;
  }

  /** Returns whether unnamed parts of its requests are their body, and not in the query. */
  public boolean hasBody() {
    return http.hasBody();
  }

  /** Returns the type of the body of errors, or null if none was declared. */
  public @Nullable TypeRef<?> error() {
    return http.error();
  }

  /** Binds and encodes one request. */
  public HttpRequest request(@Nullable Object request) {
    if (plan.isWhole() && fixedUrl != null) {
      return request(fixedUrl, headers, Objects.requireNonNull(request, "request"));
    }
    Parts parts = new Parts(http.template().size(), headers);
    plan.take(request, parts);
    return request(url(parts), parts.headers(), parts.body);
  }

  /** Returns the method and the path's template, such as {@code GET /orders/{id}}. */
  @Override
  public String toString() {
    return http.toString();
  }

  private HttpRequest request(HttpUrl url, Headers all, @Nullable Object body) {
    return new HttpRequest(
        http,
        url,
        all,
        body == null ? noBody : body(body),
        body instanceof Payload payload ? payload : null);
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
        type = payload.contentType().map(HttpOperation::mediaType).orElse(null);
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
