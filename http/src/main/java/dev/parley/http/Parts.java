package dev.parley.http;

import java.lang.reflect.Array;
import java.util.Map;
import java.util.Optional;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** The parts of one request, as a {@link Plan} takes it apart. */
final class Parts {
  final String[] variables;
  @Nullable Object body;
  private @Nullable StringBuilder query;
  private final Headers fixed;
  private @Nullable HttpHeaders headers;

  Parts(int variables, Headers fixed) {
    this.variables = new String[variables];
    this.fixed = fixed;
  }

  void variable(Http http, int index, @Nullable Object value) {
    String text =
        Texts.of(value, "the variable " + http.template().variable(index) + " of " + http);
    if (text == null || text.isEmpty()) {
      throw Problems.refused(
          "the variable "
              + http.template().variable(index)
              + " of "
              + http
              + " is "
              + (text == null ? "null" : "empty")
              + ", which would lead to another path");
    }
    variables[index] = text;
  }

  void requireVariables(Http http) {
    for (int i = 0; i < variables.length; i++) {
      if (variables[i] == null) {
        throw Problems.refused(
            http
                + " needs the variable "
                + http.template().variable(i)
                + ", which the map does not have");
      }
    }
  }

  void query(String name, @Nullable Object value) {
    if (value instanceof Optional<?> optional) {
      query(name, optional.orElse(null));
    } else if (value instanceof Iterable<?> values && !(value instanceof java.nio.file.Path)) {
      for (Object each : values) {
        one(name, each);
      }
    } else if (value != null && value.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(value); i++) {
        one(name, Array.get(value, i));
      }
    } else if (value instanceof Map<?, ?> entries) {
      entries.forEach((key, each) -> query(String.valueOf(key), each));
    } else {
      one(name, value);
    }
  }

  void header(String name, @Nullable Object value) {
    if (value instanceof Optional<?> optional) {
      header(name, optional.orElse(null));
    } else if (value instanceof Iterable<?> values) {
      for (Object each : values) {
        header(name, each);
      }
    } else {
      String text = Texts.of(value, "the header " + name);
      if (text != null) {
        if (headers == null) {
          headers = new HttpHeaders(fixed);
        }
        headers.replace(name, text);
      }
    }
  }

  /** Writes the query, after a mark or an ampersand as it takes. */
  void writeQuery(StringBuilder url, boolean hasQuery) {
    if (query != null) {
      url.append(hasQuery ? '&' : '?').append(query);
    }
  }

  /** Returns the fixed headers with those of the request in their place. */
  Headers headers() {
    return headers == null ? fixed : headers.build();
  }

  private void one(String name, @Nullable Object value) {
    String text = Texts.of(value, "the query parameter " + name);
    if (text == null) {
      return;
    }
    if (query == null) {
      query = new StringBuilder();
    } else {
      query.append('&');
    }
    Texts.encode(name, query);
    query.append('=');
    Texts.encode(text, query);
  }
}
