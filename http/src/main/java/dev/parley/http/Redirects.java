package dev.parley.http;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ProtocolException;
import java.util.Set;
import java.util.TreeSet;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;

/** Where an answer redirects a safe request to, and what goes along. */
final class Redirects {
  static final int MAX = 10;

  /** All that another authority gets to see: no credential, no key, no cookie. */
  private static final Set<String> HARMLESS = harmless();

  private Redirects() {}

  static boolean isRedirect(int code) {
    return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
  }

  static Request next(String what, Request request, Response response) {
    String location = response.header("Location");
    HttpUrl from = request.url();
    HttpUrl to = location == null ? null : from.resolve(location);
    if (to == null) {
      throw refused(what, response, "without a location that HTTP can go to");
    }
    if (from.isHttps() && !to.isHttps()) {
      throw refused(what, response, "from https to http, which is not followed");
    }
    Request.Builder next = request.newBuilder().url(to);
    if (response.code() == 303 && !request.method().equals("HEAD")) {
      next.get();
    }
    if (!isSameAuthority(from, to)) {
      next.headers(harmless(request.headers()));
    }
    return next.build();
  }

  static ProtocolException tooMany(String what, Response response) {
    return refused(
        what, response, "for the " + (MAX + 1) + "th time; at most " + MAX + " are followed");
  }

  private static boolean isSameAuthority(HttpUrl one, HttpUrl other) {
    return one.host().equals(other.host())
        && one.port() == other.port()
        && one.scheme().equals(other.scheme());
  }

  private static Headers harmless(Headers headers) {
    Headers.Builder kept = new Headers.Builder();
    for (int i = 0; i < headers.size(); i++) {
      if (HARMLESS.contains(headers.name(i))) {
        kept.add(headers.name(i), headers.value(i));
      }
    }
    return kept.build();
  }

  private static ProtocolException refused(String what, Response response, String why) {
    return new ProtocolException(
        Failure.of(
            Kind.PROTOCOL,
            Effect.POSSIBLE,
            what + " answered " + response.code() + ", a redirect " + why));
  }

  private static Set<String> harmless() {
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    names.add("Accept");
    names.add("Accept-Language");
    names.add("Accept-Encoding");
    names.add("Content-Type");
    names.add("User-Agent");
    names.add("Range");
    names.add("Cache-Control");
    names.add("Last-Event-ID");
    return names;
  }
}
