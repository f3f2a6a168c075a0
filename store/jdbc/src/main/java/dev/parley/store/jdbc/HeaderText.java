package dev.parley.store.jdbc;

import dev.parley.Headers;

/** Headers as text: a name and a value on a line each, which neither can break. */
final class HeaderText {
  private HeaderText() {}

  static String write(Headers headers) {
    StringBuilder text = new StringBuilder();
    headers.forEach((name, value) -> text.append(name).append('\n').append(value).append('\n'));
    return text.toString();
  }

  static Headers read(String text) {
    if (text.isEmpty()) {
      return Headers.empty();
    }
    String[] lines = text.substring(0, text.length() - 1).split("\n", -1);
    return Headers.of(lines);
  }
}
