package dev.parley.polling;

import dev.parley.Binding;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What of the answers to a poll is new, how often to ask, and when it ends; beside the operation's
 * binding to {@link dev.parley.http.Http}, which says what is asked. One binding serves both {@code
 * poll+https}, where the server answers at once, and {@code longpoll+https}, where it holds a
 * request until there is news.
 *
 * <p>Of {@link #whole} an answer is one element, delivered when it has changed: by its {@code ETag}
 * or {@code Last-Modified}, which go back as {@code If-None-Match} and {@code If-Modified-Since},
 * else by its bytes. An operation without this binding is polled like that. Of {@link #items} the
 * elements of an array are delivered, each once: those behind a {@link #cursor} or {@link #since} a
 * value, which the stream resumes from, also in another process; or else those that the answer
 * before did not have.
 *
 * <p>The answers 204, 304 and one without a body say that nothing is new, and so do 408 and 504
 * after a request was held for half of the time it might be, since servers and proxies end a long
 * poll like that (RFC 6202). 410 says that the server no longer knows the cursor: the stream starts
 * anew and tells of the gap.
 *
 * <p>Pauses between polls begin at 1 s, grow by half with each answer without news up to 30 s, and
 * vary by 10 % either way; {@code Retry-After} makes them longer. A long poll is held for 30 s, and
 * asked again at once when it was held or brought news.
 *
 * {@snippet class="dev.parley.polling.PollingSnippets" region="bindings"}
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class Poll implements Binding {
  /** Where a token comes from that says what was seen. */
  enum Way {
    NONE,
    CURSOR,
    CURSOR_HEADER,
    SINCE
  }

  /** Which element ends the stream. */
  record Until<T>(Class<T> type, Predicate<? super T> condition) {}

  private final Values values;

  private Poll(Values values) {
    this.values = values;
  }

  /** Polls something whose answer is one element: a job, a document, a setting. */
  public static Poll whole() {
    return new Poll(new Values());
  }

  /**
   * Polls something whose answers have an array of elements.
   *
   * @param pointer where it is, as a JSON pointer such as {@code /events}; empty for the whole body
   */
  public static Poll items(String pointer) {
    Values values = new Values();
    values.items = pointer(pointer);
    return new Poll(values);
  }

  /**
   * Sends back a cursor from the body; an answer without one leaves it where it was.
   *
   * @param pointer where it is, as a JSON pointer such as {@code /next}
   * @param parameter the query parameter it is sent back in
   */
  public Poll cursor(String pointer, String parameter) {
    return way(Way.CURSOR, pointer(pointer), parameter);
  }

  /** Sends back a cursor from a header of the answer, such as {@code X-Consul-Index}. */
  public Poll cursorHeader(String header, String parameter) {
    return way(Way.CURSOR_HEADER, Objects.requireNonNull(header, "header"), parameter);
  }

  /**
   * Asks for what came after the last element by one of its values, by which the server sorts. An
   * element with the value that was asked for is taken for the last one, seen again; where several
   * can have the same value, such as a time, say {@link #inclusive()}.
   *
   * @param pointer where it is in an element, as a JSON pointer such as {@code /id}
   * @param parameter the query parameter it is sent in
   */
  public Poll since(String pointer, String parameter) {
    if (values.items == null) {
      throw new IllegalStateException("since is for elements: begin with Poll.items(pointer)");
    }
    return way(Way.SINCE, pointer(pointer), parameter);
  }

  /**
   * Says that several elements can have the same value of {@link #since}, and that the server sends
   * those of the value it was asked for again: they are told apart by their bytes.
   */
  public Poll inclusive() {
    return with(copy -> copy.inclusive = true);
  }

  /**
   * Asks again at once while the body says that there is more: {@code more("/has_more")}.
   *
   * @param pointer where a {@code true} says so
   */
  public Poll more(String pointer) {
    String checked = pointer(pointer);
    return with(copy -> copy.more = checked);
  }

  /** Takes the id of a message from a value of its element. Defaults to that of {@link #since}. */
  public Poll id(String pointer) {
    String checked = pointer(pointer);
    return with(copy -> copy.id = checked);
  }

  /**
   * Ends the stream when a value in the answer is one of these, behind the answer's elements:
   * {@code until("/state", "done", "failed")}.
   */
  public Poll until(String pointer, String... anyOf) {
    String checked = pointer(pointer);
    List<String> all = List.of(anyOf);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("until needs a value to wait for at " + pointer);
    }
    return with(copy -> {
      copy.untilPointer = checked;
      copy.untilValues = all;
    });
  }

  /** Ends the stream behind the first element for which a condition holds. */
  public <T> Poll until(Class<T> type, Predicate<? super T> condition) {
    Until<T> until =
        new Until<>(
            Objects.requireNonNull(type, "type"), Objects.requireNonNull(condition, "condition"));
    return with(copy -> copy.until = until);
  }

  /** Sets both the shortest and the longest pause between polls: it does not adapt. */
  public Poll every(Duration interval) {
    return every(interval, interval);
  }

  /** Sets the pause after news, and the longest one. Defaults to those of the channel. */
  public Poll every(Duration fastest, Duration slowest) {
    Pauses.check(fastest, slowest);
    return with(copy -> {
      copy.fastest = fastest;
      copy.slowest = slowest;
    });
  }

  /** Sets how long the server may hold a long poll. Defaults to that of the channel. */
  public Poll hold(Duration hold) {
    Pauses.checkHold(hold);
    return with(copy -> copy.hold = hold);
  }

  /**
   * Tells the server in a parameter of the query for how long it may hold a long poll. Defaults to
   * the header {@code Prefer: wait=30} (RFC 7240).
   *
   * @param unit what the parameter counts, {@code Duration.ofSeconds(1)} or {@code ofMillis(1)}
   */
  public Poll holdParameter(String parameter, Duration unit) {
    Objects.requireNonNull(parameter, "parameter");
    if (unit.isNegative() || unit.isZero()) {
      throw new IllegalArgumentException("unit must be positive, but is " + unit);
    }
    return with(copy -> {
      copy.holdParameter = parameter;
      copy.holdUnit = unit;
    });
  }

  @Override
  public String toString() {
    return "Poll[" + (values.items == null ? "whole" : "items") + ", " + values.way + "]";
  }

  Way way() {
    return values.way;
  }

  /** Returns where the token is: a pointer, or the name of a header. */
  String source() {
    return values.source;
  }

  String parameter() {
    return values.parameter;
  }

  boolean isInclusive() {
    return values.inclusive;
  }

  @Nullable String items() {
    return values.items;
  }

  @Nullable String more() {
    return values.more;
  }

  @Nullable String id() {
    return values.id == null && values.way == Way.SINCE ? values.source : values.id;
  }

  @Nullable String untilPointer() {
    return values.untilPointer;
  }

  List<String> untilValues() {
    return values.untilValues;
  }

  @Nullable Until<?> until() {
    return values.until;
  }

  @Nullable Duration fastest() {
    return values.fastest;
  }

  @Nullable Duration slowest() {
    return values.slowest;
  }

  @Nullable Duration hold() {
    return values.hold;
  }

  @Nullable String holdParameter() {
    return values.holdParameter;
  }

  Duration holdUnit() {
    return values.holdUnit;
  }

  /** Returns whether the server can say what followed a position. */
  boolean resumes() {
    return values.way != Way.NONE;
  }

  /** Returns whether an answer has to be JSON for what the binding asks of it. */
  boolean needsJson() {
    return values.items != null
        || values.way == Way.CURSOR
        || values.untilPointer != null
        || values.more != null
        || values.id != null;
  }

  private Poll way(Way way, String source, String parameter) {
    Objects.requireNonNull(parameter, "parameter");
    return with(copy -> {
      copy.way = way;
      copy.source = source;
      copy.parameter = parameter;
    });
  }

  private static String pointer(String text) {
    Objects.requireNonNull(text, "pointer");
    if (!text.isEmpty() && text.charAt(0) != '/') {
      throw new IllegalArgumentException(
          "a JSON pointer must be empty or begin with /, but is \"" + text + "\"");
    }
    return text;
  }

  private Poll with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new Poll(copy);
  }

  private static final class Values implements Cloneable {
    Way way = Way.NONE;
    String source = "";
    String parameter = "";
    boolean inclusive;
    @Nullable String items;
    @Nullable String more;
    @Nullable String id;
    @Nullable String untilPointer;
    List<String> untilValues = List.of();
    @Nullable Until<?> until;
    @Nullable Duration fastest;
    @Nullable Duration slowest;
    @Nullable Duration hold;
    @Nullable String holdParameter;
    Duration holdUnit = Duration.ofSeconds(1);

    Values copy() {
      try {
        return (Values) clone(); // all its fields are immutable
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
