package dev.parley.rest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A problem as RFC 9457 describes it ({@code application/problem+json}).
 *
 * <p>{@link #toString()} shows type and status only, since the rest may hold what is private.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Problem {
  private final Map<String, Object> members;

  private Problem(Map<String, Object> members) {
    this.members = members;
  }

  static Problem of(Map<String, Object> members) {
    return new Problem(members);
  }

  /** Returns what identifies the kind of problem, mostly a URI; {@code about:blank} if none. */
  public String type() {
    return text("type").orElse("about:blank");
  }

  /** Returns the kind of problem in words. */
  public Optional<String> title() {
    return text("title");
  }

  /** Returns this occurrence of it in words. */
  public Optional<String> detail() {
    return text("detail");
  }

  /** Returns what identifies this occurrence, mostly a URI. */
  public Optional<String> instance() {
    return text("instance");
  }

  /** Returns the status that the server meant. */
  public Optional<Integer> status() {
    return Optional.ofNullable(members.get("status"))
        .filter(Number.class::isInstance)
        .map(status -> ((Number) status).intValue());
  }

  /** Returns all other members, as the JSON codec reads them without a type. */
  public Map<String, Object> extensions() {
    Map<String, Object> rest = new LinkedHashMap<>(members);
    rest.keySet().removeAll(java.util.List.of("type", "title", "detail", "instance", "status"));
    return rest;
  }

  @Override
  public String toString() {
    return "Problem[" + type() + status().map(status -> ", " + status).orElse("") + "]";
  }

  private Optional<String> text(String name) {
    @Nullable Object value = members.get(name);
    return value instanceof String text ? Optional.of(text) : Optional.empty();
  }
}
