package dev.parley.samples.shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The table of what was live.
 *
 * @param orders how many orders there were
 * @param lines what each of the three channels has seen
 */
record LiveReport(long orders, List<Line> lines) {
  static final LiveReport EMPTY = new LiveReport(0, List.of());

  LiveReport {
    lines = List.copyOf(lines);
  }

  /**
   * Counts a play. A message of the chat is lost with the connection of who says it, or of who is
   * to hear it; both are told.
   */
  static LiveReport of(long orders, Watcher keeper, Watcher passerBy, Chatter ann, Chatter bob) {
    Holes live = keeper.holes();
    Holes now = passerBy.holes();
    Holes one = ann.holes();
    Holes other = bob.holes();
    live.end(orders);
    now.end(orders);
    one.end(bob.said());
    other.end(ann.said());
    return new LiveReport(
        orders,
        List.of(
            Line.of("SSE, replayed", live),
            Line.of("SSE, as it comes", now),
            new Line(
                "WebSocket chat",
                one.seen() + other.seen(),
                one.missing() + other.missing(),
                one.holes() + other.holes(),
                // Each connect can have cut off what its customer says, and what he hears.
                2 * (one.told() + other.told()),
                one.repeated() + other.repeated(),
                one.connects() + other.connects())));
  }

  LiveReport plus(LiveReport other) {
    if (lines.isEmpty()) {
      return other;
    }
    List<Line> sums = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      sums.add(lines.get(i).plus(other.lines.get(i)));
    }
    return new LiveReport(orders + other.orders, sums);
  }

  /** Returns whether all came, nothing came twice, and each hole was told of. */
  boolean isPassed() {
    return !lines.isEmpty()
        && lines.stream().allMatch(line -> line.silent() == 0 && line.repeated() == 0);
  }

  String render() {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            "%-20s%10s%10s%8s%10s%12s%n",
            "live",
            "seen",
            "missed",
            "holes",
            "untold",
            "connects"));
    table.append("-".repeat(70)).append(System.lineSeparator());
    for (Line line : lines) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-20s%,10d%,10d%,8d%,10d%,12d%n",
              line.name(),
              line.seen(),
              line.missing(),
              line.holes(),
              line.silent(),
              line.connects()));
    }
    return table.append(System.lineSeparator()).append(verdict()).toString();
  }

  String verdict() {
    return isPassed()
        ? "live: nothing missing where the shop replays, and every gap was told of."
        : "live: something was missing, or came twice, and nobody was told.";
  }

  /**
   * One channel.
   *
   * @param seen messages that came
   * @param missing messages that did not come
   * @param holes runs of missing messages
   * @param told how many holes the gaps that were told of can explain
   * @param repeated messages that came again
   * @param connects how often it was connected
   */
  record Line(
      String name, long seen, long missing, long holes, long told, long repeated, long connects) {
    static Line of(String name, Holes holes) {
      return new Line(
          name,
          holes.seen(),
          holes.missing(),
          holes.holes(),
          holes.told(),
          holes.repeated(),
          holes.connects());
    }

    /** Returns the holes that nobody was told of. */
    long silent() {
      return Math.max(0, holes - told);
    }

    Line plus(Line other) {
      return new Line(
          name,
          seen + other.seen,
          missing + other.missing,
          holes + other.holes,
          told + other.told,
          repeated + other.repeated,
          connects + other.connects);
    }
  }
}
