package dev.parley.webhook;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a provider called, which behind a proxy is not what the server sees. */
interface PublicUrl {
  Pattern BASE = Pattern.compile("https?://[^/?#\\s]+(/[^?#\\s]*)?");

  /** Returns the URL, or null if nobody knows. */
  @Nullable String of(WebhookRequest request);

  /** What the request says. */
  static PublicUrl asReceived() {
    return WebhookRequest::url;
  }

  /** Always the same. */
  static PublicUrl exactly(String url) {
    if (!url.contains("://")) {
      throw new IllegalArgumentException("url (" + url + ") must be absolute");
    }
    return request -> url;
  }

  /** The path and query of the request below a base. */
  static PublicUrl below(String base) {
    if (!BASE.matcher(base).matches()) {
      throw new IllegalArgumentException(
          "baseUrl (" + base + ") must look like https://hooks.example.com");
    }
    String start = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    return request -> {
      String url = request.url();
      return url == null ? null : start + Urls.pathAndQuery(url);
    };
  }

  /** What a proxy says in {@code X-Forwarded-Proto} and {@code X-Forwarded-Host}. */
  static PublicUrl forwarded() {
    return request -> {
      String proto = request.header("X-Forwarded-Proto");
      String host = request.header("X-Forwarded-Host");
      String url = request.url();
      if (proto == null || host == null || url == null) {
        return url;
      }
      if (!proto.matches("https?") || !host.matches("[A-Za-z0-9.:\\[\\]-]{1,255}")) {
        throw new Rejection(Reason.MALFORMED, "X-Forwarded-Proto or -Host is malformed");
      }
      return proto + "://" + host + Urls.pathAndQuery(url);
    };
  }
}
