package dev.parley.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.parley.Headers;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A PUBLISH on its way out; what only MQTT 5 has is dropped on 3.1.1.
 *
 * @param expirySeconds how long the broker keeps it, or -1 for ever
 * @param customizer the last word on the native packet, MQTT 5 only
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Packet(
    String topic,
    byte[] payload,
    int qos,
    boolean retained,
    long expirySeconds,
    @Nullable String contentType,
    @Nullable String responseTopic,
    byte @Nullable [] correlation,
    Headers headers,
    UnaryOperator<Mqtt5Publish> customizer) {

  static Packet of(String topic, byte[] payload, int qos, boolean retained) {
    return new Packet(
        topic,
        payload,
        qos,
        retained,
        -1,
        null,
        null,
        null,
        Headers.empty(),
        UnaryOperator.identity());
  }

  /** Returns how many bytes it has on the wire, or somewhat less. */
  long leastBytes() {
    long[] sum = {7L + topic.length() + payload.length};
    headers.forEach((name, value) -> sum[0] += 5L + name.length() + value.length());
    return sum[0];
  }

  // Neither payload nor header values: they may be secret.
  @Override
  public String toString() {
    return "Packet[" + topic + ", QoS " + qos + ", " + payload.length + " bytes, " + headers + "]";
  }
}
