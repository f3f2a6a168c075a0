package dev.parley.http;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import java.util.Arrays;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Puts headers together so that none can break out of its line, and no message quotes a value.
 *
 * <p>It copies nothing until something is added, since most attempts add nothing.
 *
 * <p><b>Threads:</b> one thread.
 */
public final class HttpHeaders {
  private final Headers base;
  private String @Nullable [] lines; // names and values in turn; null as long as base is all
  private int size;
  private int own; // where those begin that were added

  /** Starts with headers that are known to be good. */
  public HttpHeaders(Headers base) {
    this.base = base;
  }

  /** Returns the headers of an answer. */
  public static dev.parley.Headers from(Headers headers) {
    String[] namesAndValues = new String[2 * headers.size()];
    for (int i = 0; i < headers.size(); i++) {
      namesAndValues[2 * i] = headers.name(i);
      namesAndValues[2 * i + 1] = headers.value(i);
    }
    return dev.parley.Headers.of(namesAndValues);
  }

  /**
   * Adds a header.
   *
   * @throws ConfigurationException if its name or value could not stand in one line of ASCII
   */
  public void add(String name, String value) {
    check(name, value);
    append(name, value);
  }

  /** Sets a header in place of all others of its name. */
  public void set(String name, String value) {
    check(name, value);
    lines();
    remove(name, size);
    append(name, value);
  }

  /** Adds a header in place of those of its name in the base, beside those that were added. */
  public void replace(String name, String value) {
    check(name, value);
    lines();
    remove(name, own);
    append(name, value);
  }

  /** Returns the headers. */
  public Headers build() {
    return lines == null ? base : Headers.of(Arrays.copyOf(lines, size));
  }

  private void append(String name, String value) {
    String[] all = lines();
    if (size + 2 > all.length) {
      all = Arrays.copyOf(all, 2 * all.length);
      lines = all;
    }
    all[size] = name;
    all[size + 1] = value;
    size += 2;
  }

  /** Takes out the headers of a name that begin before an index. */
  private void remove(String name, int end) {
    String[] all = lines();
    int kept = 0;
    int begin = own;
    for (int i = 0; i < size; i += 2) {
      if (i < end && all[i].equalsIgnoreCase(name)) {
        begin -= i < own ? 2 : 0;
        continue;
      }
      all[kept] = all[i];
      all[kept + 1] = all[i + 1];
      kept += 2;
    }
    size = kept;
    own = begin;
  }

  private String[] lines() {
    String[] all = lines;
    if (all == null) {
      all = new String[2 * base.size() + 4];
      for (int i = 0; i < base.size(); i++) {
        all[2 * i] = base.name(i);
        all[2 * i + 1] = base.value(i);
      }
      size = 2 * base.size();
      own = size;
      lines = all;
    }
    return all;
  }

  // OkHttp checks the same, but quotes the value in its message.
  private static void check(String name, String value) {
    if (name.isEmpty()) {
      throw refused("a header name must not be empty");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == ':') {
        throw refused("a header name must be visible ASCII without spaces and colons");
      }
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c != '\t' && (c < ' ' || c >= 0x7f)) {
        throw refused(
            "the value of header "
                + name
                + " holds a character that HTTP does not allow at index "
                + i
                + "; encode it, for example as base64");
      }
    }
    if (name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("Transfer-Encoding")) {
      throw refused("the header " + name + " is set by the HTTP client itself; leave it out");
    }
  }

  private static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }
}
