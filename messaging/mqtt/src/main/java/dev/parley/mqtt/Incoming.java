package dev.parley.mqtt;

import dev.parley.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A PUBLISH that came in.
 *
 * @param expirySeconds how long it is still good, or -1 for ever
 * @param nativeMessage the native packet
 * @param acknowledgement sends PUBACK or PUBREC, once those that came before have theirs
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Incoming(
    String topic,
    byte[] payload,
    long expirySeconds,
    @Nullable String contentType,
    byte @Nullable [] correlation,
    Headers headers,
    Object nativeMessage,
    Runnable acknowledgement) {

  @Override
  public String toString() {
    return "Incoming[" + topic + ", " + payload.length + " bytes, " + headers + "]";
  }
}
