package dev.parley;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A place in a stream to resume from: an event id, a cursor, an offset for each partition.
 *
 * <p>It has one value for each <em>lane</em> (a partition, a session); a stream without partitions
 * has the one lane {@value #SINGLE_LANE}. Store {@link #token()} and read it back with {@link
 * #parse}.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Position {
  /** The lane of a stream that has no partitions: the empty name. */
  public static final String SINGLE_LANE = "";

  private final SortedMap<String, String> lanes;

  private Position(SortedMap<String, String> lanes) {
    this.lanes = lanes;
  }

  /** Returns a position in a stream that has no partitions. */
  public static Position of(String value) {
    return of(Map.of(SINGLE_LANE, value));
  }

  /** Returns a position with a value for each lane. */
  public static Position of(Map<String, String> lanes) {
    return new Position(new TreeMap<>(lanes));
  }

  /**
   * Reads what {@link #token()} wrote.
   *
   * @throws IllegalArgumentException if it is not such a token
   */
  public static Position parse(String token) {
    Objects.requireNonNull(token, "token");
    SortedMap<String, String> lanes = new TreeMap<>();
    for (String part : token.split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException(
            "not a position token: it must be what Position.token() returned");
      }
      lanes.put(decode(part.substring(0, equals)), decode(part.substring(equals + 1)));
    }
    return new Position(lanes);
  }

  /** Returns this position with the value of one lane moved. */
  public Position with(String lane, String value) {
    SortedMap<String, String> copy = new TreeMap<>(lanes);
    copy.put(lane, value);
    return new Position(copy);
  }

  /** Returns the value of the single lane, if it has one. */
  public Optional<String> value() {
    return lane(SINGLE_LANE);
  }

  /** Returns the value of a lane, if it has one. */
  public Optional<String> lane(String lane) {
    return Optional.ofNullable(lanes.get(lane));
  }

  /** Returns the values of all lanes. */
  public Map<String, String> lanes() {
    return new TreeMap<>(lanes);
  }

  /** Returns the position as text to store, readable by {@link #parse}. */
  public String token() {
    return lanes.entrySet().stream()
        .map(lane -> encode(lane.getKey()) + "=" + encode(lane.getValue()))
        .collect(Collectors.joining("&"));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Position that && lanes.equals(that.lanes);
  }

  @Override
  public int hashCode() {
    return lanes.hashCode();
  }

  @Override
  public String toString() {
    return "Position[" + token() + "]";
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
