package dev.parley.testkit;

import dev.parley.Message;
import dev.parley.Payload;

/**
 * A message that was rejected, as the in-memory peer keeps it.
 *
 * @param message the message, still encoded if nobody could decode it
 * @param reason why it was rejected
 * @param attempts how often it was delivered; 0 where the peer does not count
 */
public record MemoryDeadLetter(Message<Payload> message, Throwable reason, int attempts) {}
