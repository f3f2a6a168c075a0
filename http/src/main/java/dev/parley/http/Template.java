package dev.parley.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** A path with variables, taken apart once. */
final class Template {
  private final String text;
  private final String[] literals; // one more than there are variables
  private final String[] variables;
  private final String query; // with its question mark, or empty

  private Template(String text, List<String> literals, List<String> variables, String query) {
    this.text = text;
    this.literals = literals.toArray(new String[0]);
    this.variables = variables.toArray(new String[0]);
    this.query = query;
  }

  static Template parse(String text) {
    Objects.requireNonNull(text, "template");
    int mark = text.indexOf('?');
    String path = mark < 0 ? text : text.substring(0, mark);
    String query = mark < 0 ? "" : text.substring(mark);
    if (!path.isEmpty() && path.charAt(0) != '/') {
      throw malformed(text, "must begin with /, since it comes below the channel's address");
    }
    if (query.indexOf('{') >= 0) {
      throw malformed(
          text, "must not have variables in its query; name a component like the parameter");
    }
    List<String> literals = new ArrayList<>();
    List<String> variables = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int position = 0;
    while (true) {
      int open = path.indexOf('{', position);
      String literal = open < 0 ? path.substring(position) : path.substring(position, open);
      check(text, literal);
      literals.add(literal);
      if (open < 0) {
        break;
      }
      int close = path.indexOf('}', open);
      String name = close < 0 ? "" : path.substring(open + 1, close);
      if (!name.matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
        throw malformed(text, "has no valid variable at index " + open + "; write it like {id}");
      }
      if (!names.add(name)) {
        throw malformed(text, "has the variable " + name + " twice");
      }
      variables.add(name);
      position = close + 1;
    }
    return new Template(text, literals, variables, query);
  }

  int size() {
    return variables.length;
  }

  int indexOf(String variable) {
    for (int i = 0; i < variables.length; i++) {
      if (variables[i].equals(variable)) {
        return i;
      }
    }
    return -1;
  }

  String variable(int index) {
    return variables[index];
  }

  String query() {
    return query;
  }

  /** Returns the path of a template without variables. */
  String fixedPath() {
    return literals[0];
  }

  /** Writes the path with its variables filled in. */
  void write(String[] values, int from, StringBuilder url) {
    url.append(literals[0]);
    for (int i = 0; i < variables.length; i++) {
      Texts.encode(values[i], url);
      url.append(literals[i + 1]);
    }
    refuseDots(url, from);
  }

  // A value of ".." would leave the path: clients and servers take it for the parent's name.
  private void refuseDots(StringBuilder url, int from) {
    int start = from + 1;
    for (int at = start; at <= url.length(); at++) {
      if (at == url.length() || url.charAt(at) == '/') {
        int length = at - start;
        if ((length == 1 && url.charAt(start) == '.')
            || (length == 2 && url.charAt(start) == '.' && url.charAt(start + 1) == '.')) {
          throw Problems.refused(
              "a value for " + this + " makes the segment \".\" or \"..\", which leaves the path");
        }
        start = at + 1;
      }
    }
  }

  private static void check(String text, String literal) {
    for (int i = 0; i < literal.length(); i++) {
      char c = literal.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '}' || c == '#' || c == '\\' || c == '"') {
        throw malformed(text, "holds a character that must be percent-encoded");
      }
    }
  }

  private static IllegalArgumentException malformed(String text, String why) {
    return new IllegalArgumentException("the path \"" + text + "\" " + why);
  }

  @Override
  public String toString() {
    return text.isEmpty() ? "/" : text;
  }
}
