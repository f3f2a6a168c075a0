package dev.parley.relay;

/**
 * What a relay has done since its start.
 *
 * @param forwarded messages of the source whose receipt came, each of a batch counted
 * @param filtered messages of the source that the filter kept from the destination
 * @param refused messages of the source that were given up: deliveries are dead letters then
 * @param repeated failed sends that are made again
 * @param pauses how often the destination was found to be down
 * @param lost elements of a stream that were taken and not forwarded before it was closed; 0 for a
 *     queue, whose peer delivers them again
 */
public record RelayCounts(
    long forwarded, long filtered, long refused, long repeated, long pauses, long lost) {}
