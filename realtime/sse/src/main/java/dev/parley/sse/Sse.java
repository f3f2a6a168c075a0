package dev.parley.sse;

import dev.parley.Binding;
import dev.parley.http.Http;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How an operation is streamed as server-sent events. An operation with a binding of {@link Http}
 * alone is streamed too; this one has more to say.
 *
 * <p>Each element is the data of one event, decoded as the operation's reply type; {@code String},
 * {@code byte[]} and {@link SseEvent} take it as it is. An element's {@code id()} is the id that
 * the event came with, and its header {@value #TYPE} the type that the server gave it.
 *
 * <p>When the server ends the answer of a request that may be repeated (GET, or declared so), the
 * stream is connected again, as a browser does. The answer of any other request (POST, as the APIs
 * of language models have it) is the whole stream: its end is the end, and one that breaks off
 * fails with {@link dev.parley.AmbiguousOutcomeException}.
 *
 * {@snippet class="dev.parley.sse.SseSnippets" region="bindings"}
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class Sse implements Binding {
  /** The header of an element that holds the type of its event, if the server gave it one. */
  public static final String TYPE = "event";

  private final Http http;
  private final Values values;

  private Sse(Http http, Values values) {
    this.http = http;
    this.values = values;
  }

  /** Streams the answer to GET, as in {@code Sse.get("/quotes/{symbol}")}. */
  public static Sse get(String template) {
    return over(Http.get(template));
  }

  /** Streams the answer to POST, whose body is the operation's request. */
  public static Sse post(String template) {
    return over(Http.post(template));
  }

  /** Streams the answer to any request. */
  public static Sse over(Http http) {
    return new Sse(Objects.requireNonNull(http, "http"), new Values());
  }

  /**
   * Delivers events of these types only, {@code message} being those without a type. Defaults to
   * all.
   */
  public Sse only(String... types) {
    Set<String> checked = Set.of(types);
    return with(copy -> copy.types = checked);
  }

  /**
   * Delivers comments too, as they come between events. Defaults to false; needs the reply type
   * {@link SseEvent}.
   */
  public Sse comments() {
    return with(copy -> copy.comments = true);
  }

  /**
   * Takes an event with this data for the end of the stream, and does not deliver it; {@code
   * [DONE]} with many APIs of language models. Defaults to none.
   */
  public Sse until(String data) {
    Objects.requireNonNull(data, "data");
    return with(copy -> copy.until = data);
  }

  /**
   * Takes the end of the answer for the end of the stream. Defaults to that for requests that must
   * not be repeated, and to connecting again for all others.
   */
  public Sse once() {
    return with(copy -> copy.once = true);
  }

  Http http() {
    return http;
  }

  boolean wants(@Nullable String type) {
    Set<String> types = values.types;
    return types == null || types.contains(type == null ? SseEvent.MESSAGE : type);
  }

  boolean hasComments() {
    return values.comments;
  }

  @Nullable String until() {
    return values.until;
  }

  boolean isOnce() {
    return values.once;
  }

  /** Returns the method and the path's template, such as {@code GET /quotes/{symbol}}. */
  @Override
  public String toString() {
    return http.toString();
  }

  private Sse with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new Sse(http, copy);
  }

  private static final class Values {
    @Nullable Set<String> types;
    boolean comments;
    @Nullable String until;
    boolean once;

    Values copy() {
      Values copy = new Values();
      copy.types = types;
      copy.comments = comments;
      copy.until = until;
      copy.once = once;
      return copy;
    }
  }
}
