package dev.parley.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came off the wire: the body's bytes before anything parsed them.
 *
 * <p>Give the bytes that were signed. A framework that decodes, re-serialises or decompresses the
 * body first makes every signature wrong; take the raw body in front of it. Providers sign what
 * they send before a proxy compresses it.
 *
 * {@snippet class="dev.parley.webhook.WebhookSnippets" region="request"}
 *
 * <p>Names of headers may be in any case, and {@code null} as a name, which {@code
 * HttpURLConnection} puts into its maps, is left out. Give no trailers.
 *
 * <p><b>Threads:</b> immutable, provided that nobody writes to the body's array.
 *
 * @since 0.1
 */
public final class WebhookRequest {
  private static final int MAX_HEADER = 8 * 1024;

  private final String method;
  private final @Nullable String url;
  private final Map<String, List<String>> headers;
  private final byte[] body;
  private final boolean isCut;

  private WebhookRequest(Builder builder) {
    this.method = builder.method;
    this.url = builder.url;
    this.headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    builder.headers.forEach((name, values) -> headers.put(name, List.copyOf(values)));
    this.body = builder.body;
    this.isCut = builder.isCut;
  }

  /** Returns a builder of a {@code POST} without headers and body. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that begins with what this request has. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.method = method;
    builder.url = url;
    builder.body = body;
    builder.isCut = isCut;
    return builder.headers(headers);
  }

  /** Returns the method, in capitals. */
  public String method() {
    return method;
  }

  /** Returns the URL as it was given, or null. */
  public @Nullable String url() {
    return url;
  }

  /** Returns the body; the array itself, for which nobody wants to pay a copy. */
  public byte[] body() {
    return body;
  }

  /** Returns all values of a header, in order. */
  public List<String> headers(String name) {
    return headers.getOrDefault(name, List.of());
  }

  /** Returns whether the body was longer than the limit it was read with. */
  boolean isCut() {
    return isCut;
  }

  /** Returns the only value of a header, or null if it is missing or blank. */
  @Nullable String header(String name) {
    String found = null;
    for (String value : headers(name)) {
      if (value.length() > MAX_HEADER) {
        throw new Rejection(Reason.TOO_LARGE, name + " is longer than 8 KiB");
      }
      String stripped = stripped(value);
      if (found != null && !found.equals(stripped)) {
        throw new Rejection(Reason.AMBIGUOUS, name + " is there twice");
      }
      found = stripped;
    }
    return found == null || found.isEmpty() ? null : found;
  }

  String requiredHeader(String name) {
    String value = header(name);
    if (value == null) {
      throw new Rejection(Reason.MISSING, name + " is missing");
    }
    return value;
  }

  String contentType() {
    String type = header("Content-Type");
    return type == null ? "" : type;
  }

  boolean isForm() {
    String type = contentType().toLowerCase(Locale.ROOT);
    return type.equals("application/x-www-form-urlencoded")
        || type.startsWith("application/x-www-form-urlencoded;");
  }

  /** Returns what stands after the question mark, undecoded. */
  String query() {
    int mark = url == null ? -1 : url.indexOf('?');
    if (url == null || mark < 0) {
      return "";
    }
    int fragment = url.indexOf('#', mark);
    return fragment < 0 ? url.substring(mark + 1) : url.substring(mark + 1, fragment);
  }

  /** Names method, path and sizes; neither values nor the query. */
  @Override
  public String toString() {
    String path = url == null ? "" : " " + Urls.withoutQuery(url);
    return "WebhookRequest["
        + method
        + path
        + ", "
        + headers.size()
        + " headers, "
        + body.length
        + " bytes]";
  }

  private static String stripped(String value) {
    int start = 0;
    int end = value.length();
    while (start < end && isSpace(value.charAt(start))) {
      start++;
    }
    while (start < end && isSpace(value.charAt(end - 1))) {
      end--;
    }
    return value.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  /**
   * Collects a request.
   *
   * <p><b>Threads:</b> one at a time.
   */
  public static final class Builder {
    private String method = "POST";
    private @Nullable String url;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private byte[] body = {};
    private boolean isCut;

    private Builder() {}

    /** Sets the method. Defaults to {@code POST}. */
    public Builder method(String method) {
      this.method = Objects.requireNonNull(method, "method").toUpperCase(Locale.ROOT);
      return this;
    }

    /**
     * Sets the URL: all of it, as the provider called it, or the path and query if the verifier
     * knows the rest. Needed by schemes that sign it, and for tokens in the query.
     */
    public Builder url(String url) {
      this.url = Objects.requireNonNull(url, "url");
      return this;
    }

    /** Adds a header, beside others of this name. */
    public Builder header(String name, String value) {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(value, "value");
      headers.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
      return this;
    }

    /** Adds headers as the JDK's HTTP server and client have them; what is null is left out. */
    public Builder headers(Map<String, List<String>> headers) {
      // The types promise more than maps of the JDK keep: HttpURLConnection has null as a name.
      for (Map.Entry<@Nullable String, @Nullable List<String>> entry : nullable(headers)) {
        String name = entry.getKey();
        List<String> values = entry.getValue();
        if (name != null && values != null) {
          values.stream().filter(Objects::nonNull).forEach(value -> header(name, value));
        }
      }
      return this;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // to look for what the type says cannot be there
    private static Iterable<Map.Entry<@Nullable String, @Nullable List<String>>> nullable(
        Map<String, List<String>> headers) {
      return (Iterable) headers.entrySet();
    }

    /** Sets the body: the bytes as received. The array is not copied. */
    public Builder body(byte[] body) {
      this.body = Objects.requireNonNull(body, "body");
      this.isCut = false;
      return this;
    }

    /**
     * Reads the body, {@code limit} bytes at most. A longer one is not read to its end; the
     * verifier then says {@link Reason#TOO_LARGE}. Set a read timeout on the connection: a sender
     * that stalls would hold this thread.
     *
     * @throws IOException what the stream throws
     */
    public Builder body(InputStream stream, int limit) throws IOException {
      byte[] read = Objects.requireNonNull(stream, "stream").readNBytes(limit);
      body(read);
      this.isCut = read.length == limit && stream.read() >= 0;
      return this;
    }

    /** Returns the request. */
    public WebhookRequest build() {
      return new WebhookRequest(this);
    }
  }
}
