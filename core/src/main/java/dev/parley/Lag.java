package dev.parley;

import java.time.Duration;

/**
 * How far behind a subscription is.
 *
 * @param buffered elements that wait in the buffer
 * @param unsettled deliveries that were handed out and not yet settled
 * @param oldestUnsettled the age of the oldest of these; zero if there is none
 * @param dropped elements that an overflow policy dropped since the start
 */
public record Lag(int buffered, int unsettled, Duration oldestUnsettled, long dropped) {}
