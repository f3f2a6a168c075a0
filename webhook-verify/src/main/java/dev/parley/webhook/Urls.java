package dev.parley.webhook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The spellings of URLs that providers sign. */
final class Urls {
  /** What HubSpot decodes before it signs: these escapes and no others. */
  private static final Map<String, String> HUBSPOT_ESCAPES =
      Map.ofEntries(
          Map.entry("%3A", ":"),
          Map.entry("%2F", "/"),
          Map.entry("%3F", "?"),
          Map.entry("%40", "@"),
          Map.entry("%21", "!"),
          Map.entry("%24", "$"),
          Map.entry("%27", "'"),
          Map.entry("%28", "("),
          Map.entry("%29", ")"),
          Map.entry("%2A", "*"),
          Map.entry("%2C", ","),
          Map.entry("%3B", ";"));

  private Urls() {}

  /** Returns what stands before the question mark. */
  static String withoutQuery(String url) {
    int end = 0;
    while (end < url.length() && "?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    return url.substring(0, end);
  }

  static List<String> exact(String url) {
    return List.of(url);
  }

  /** As it is, and with and without the scheme's default port. */
  static List<String> anyDefaultPort(String url) {
    int start = url.indexOf("://") + 3;
    int end = start;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    String port = url.startsWith("https://") ? ":443" : ":80";
    String host = url.substring(start, end);
    if (host.endsWith(port)) {
      return List.of(url, url.substring(0, end - port.length()) + url.substring(end));
    }
    boolean hasPort = host.lastIndexOf(':') > host.lastIndexOf(']');
    return hasPort ? List.of(url) : List.of(url, url.substring(0, end) + port + url.substring(end));
  }

  /** As it is, and with those escapes undone that HubSpot undoes. */
  static List<String> hubSpot(String url) {
    StringBuilder decoded = new StringBuilder();
    for (int i = 0; i < url.length(); i++) {
      String escape =
          url.charAt(i) == '%' && i + 3 <= url.length()
              ? HUBSPOT_ESCAPES.get(url.substring(i, i + 3).toUpperCase(Locale.ROOT))
              : null;
      if (escape == null) {
        decoded.append(url.charAt(i));
      } else {
        decoded.append(escape);
        i += 2;
      }
    }
    List<String> urls = new ArrayList<>(List.of(url));
    if (!decoded.toString().equals(url)) {
      urls.add(decoded.toString());
    }
    return urls;
  }

  /** Returns path and query of a URL that may be absolute or begin with the path. */
  static String pathAndQuery(String url) {
    int scheme = url.indexOf("://");
    int query = url.indexOf('?');
    if (scheme < 0 || (query >= 0 && query < scheme)) {
      return url.startsWith("/") ? url : "/" + url;
    }
    int path = scheme + 3;
    while (path < url.length() && "/?#".indexOf(url.charAt(path)) < 0) {
      path++;
    }
    return path < url.length() && url.charAt(path) == '/'
        ? url.substring(path)
        : "/" + url.substring(path);
  }
}
