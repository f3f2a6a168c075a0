package dev.parley.http;

import dev.parley.Binding;
import dev.parley.Idempotency;
import dev.parley.TypeRef;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * How an operation travels over HTTP, as a call of REST or as a stream: its method, its path below
 * the channel's address, and where the parts of its request go.
 *
 * <p>A request that is a <em>record</em> is taken apart. A component whose name is a variable of
 * the path fills it, and so does the only component of a record when the path has one variable. The
 * others go into the query for GET, HEAD, DELETE and OPTIONS, and are the body otherwise. {@link
 * Path}, {@link Query}, {@link Header} and {@link Body} say otherwise for one component. A
 * <em>map</em> is treated alike. A single value such as a {@code String}, a number or a {@code
 * UUID} fills the path's only variable. Anything else is the body: a {@link dev.parley.Payload}
 * (also {@link Form}), bytes and text as they are, other types by their codec.
 *
 * <p>The reply is read by the operation's type: a {@link dev.parley.Payload} is the body as it
 * streams in, which you close; bytes and text as they are; {@link Void} ignores it; an {@link
 * java.util.Optional} is empty after 204, and after 404 to GET or HEAD; other types by their codec.
 *
 * <p>Unless the operation declares it, GET, HEAD, OPTIONS, TRACE and QUERY are {@link
 * Idempotency#SAFE}, PUT and DELETE {@link Idempotency#IDEMPOTENT}, and all others {@link
 * Idempotency#NONE}.
 *
 * {@snippet class="dev.parley.http.HttpSnippets" region="bindings"}
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class Http implements Binding {
  private final String method;
  private final Template template;
  private final Values values;

  private Http(String method, Template template, Values values) {
    this.method = method;
    this.template = template;
    this.values = values;
  }

  /** Binds to GET, as in {@code Http.get("/orders/{id}")}. */
  public static Http get(String template) {
    return method("GET", template);
  }

  /** Binds to POST. */
  public static Http post(String template) {
    return method("POST", template);
  }

  /** Binds to PUT. */
  public static Http put(String template) {
    return method("PUT", template);
  }

  /** Binds to PATCH. */
  public static Http patch(String template) {
    return method("PATCH", template);
  }

  /** Binds to DELETE. */
  public static Http delete(String template) {
    return method("DELETE", template);
  }

  /** Binds to HEAD, whose answer has headers only. */
  public static Http head(String template) {
    return method("HEAD", template);
  }

  /**
   * Binds to any method.
   *
   * @param template the path below the channel's address, with variables in braces; what follows a
   *     question mark goes into every query
   * @throws IllegalArgumentException if one of them is malformed; the message says where
   */
  public static Http method(String method, String template) {
    Objects.requireNonNull(method, "method");
    if (!method.matches("[A-Za-z][A-Za-z0-9-]*")) {
      throw new IllegalArgumentException(
          "a method must be letters, such as PURGE, but is \"" + method + "\"");
    }
    if (method.equalsIgnoreCase("CONNECT")) {
      throw new IllegalArgumentException("CONNECT is for proxies and cannot be bound");
    }
    return new Http(method.toUpperCase(Locale.ROOT), Template.parse(template), new Values());
  }

  /** Sends a fixed header, such as the version of an API. */
  public Http header(String name, String value) {
    return with(copy -> copy.headers = copy.headers.with(name, value));
  }

  /** Asks for this media type. Defaults to that of the reply's codec. */
  public Http accept(String mediaType) {
    return header("Accept", mediaType);
  }

  /** Sends the body as this media type. Defaults to that of its codec, which is mostly JSON. */
  public Http contentType(String mediaType) {
    Objects.requireNonNull(mediaType, "mediaType");
    return with(copy -> copy.contentType = mediaType);
  }

  /** Sends what would be the body as a form, {@code application/x-www-form-urlencoded}. */
  public Http form() {
    return with(copy -> copy.form = true);
  }

  /** Compresses the body with gzip. Answers may be compressed in any case. */
  public Http gzip() {
    return with(copy -> copy.gzip = true);
  }

  /** Decodes the body of errors as this type, for {@code RestException.detail}. */
  public Http error(Class<?> type) {
    TypeRef<?> reference = TypeRef.of(type);
    return with(copy -> copy.error = reference);
  }

  /**
   * Changes the native request of each attempt last, after headers and before a signature: the
   * native binding of one operation. Unportable.
   */
  public Http nativeRequest(UnaryOperator<Request> change) {
    Objects.requireNonNull(change, "change");
    return with(copy -> copy.nativeRequest = change);
  }

  /** Returns the method and the path's template, such as {@code GET /orders/{id}}. */
  @Override
  public String toString() {
    return method + " " + template;
  }

  String method() {
    return method;
  }

  Template template() {
    return template;
  }

  dev.parley.Headers headers() {
    return values.headers;
  }

  @Nullable String contentType() {
    return values.contentType;
  }

  boolean isForm() {
    return values.form;
  }

  boolean isGzip() {
    return values.gzip;
  }

  @Nullable TypeRef<?> error() {
    return values.error;
  }

  @Nullable UnaryOperator<Request> nativeRequest() {
    return values.nativeRequest;
  }

  /** Returns whether unnamed parts of a request are its body, and not in the query. */
  boolean hasBody() {
    return switch (method) {
      case "GET", "HEAD", "DELETE", "OPTIONS", "TRACE" -> false;
      default -> true;
    };
  }

  /** Returns whether there can be a body at all. */
  boolean mayHaveBody() {
    return !method.equals("GET") && !method.equals("HEAD") && !method.equals("TRACE");
  }

  /** Returns what a repetition would do unless the operation declares it: that of the method. */
  public Idempotency idempotency() {
    return switch (method) {
      case "GET", "HEAD", "OPTIONS", "TRACE", "QUERY" -> Idempotency.SAFE;
      case "PUT", "DELETE" -> Idempotency.IDEMPOTENT;
      default -> Idempotency.NONE;
    };
  }

  private Http with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new Http(method, template, copy);
  }

  private static final class Values {
    dev.parley.Headers headers = dev.parley.Headers.empty();
    @Nullable String contentType;
    boolean form;
    boolean gzip;
    @Nullable TypeRef<?> error;
    @Nullable UnaryOperator<Request> nativeRequest;

    Values copy() {
      Values copy = new Values();
      copy.headers = headers;
      copy.contentType = contentType;
      copy.form = form;
      copy.gzip = gzip;
      copy.error = error;
      copy.nativeRequest = nativeRequest;
      return copy;
    }
  }
}
