package dev.parley.mqtt;

import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.parley.Binding;
import dev.parley.Delivery;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How MQTT carries a topic or an operation. Without this binding its name is the MQTT topic.
 *
 * <p>The address is a topic name to publish to, or a topic filter with {@code +} and {@code #} to
 * consume from. It may hold {@code {key}} as one whole level: the key of a message stands there
 * when it is published, and is read from there when it is consumed.
 *
 * {@snippet class="dev.parley.mqtt.MqttSnippets" region="binding"}
 *
 * <p>Defaults: QoS 1, not retained, no expiry but a deadline's.
 *
 * <p><b>Threads:</b> immutable; each method returns a copy.
 */
public final class Mqtt implements Binding {
  private static final String KEY_LEVEL = "{key}";

  private final String address;
  private final int qos;
  private final boolean retained;
  private final @Nullable Duration expiry;
  private final byte @Nullable [] correlation;
  private final UnaryOperator<Mqtt5Publish> customizer;

  private Mqtt(
      String address,
      int qos,
      boolean retained,
      @Nullable Duration expiry,
      byte @Nullable [] correlation,
      UnaryOperator<Mqtt5Publish> customizer) {
    this.address = address;
    this.qos = qos;
    this.retained = retained;
    this.expiry = expiry;
    this.correlation = correlation;
    this.customizer = customizer;
  }

  /**
   * Returns the binding to a topic name or filter, such as {@code orders}, {@code sensors/+/state},
   * {@code sensors/#} or {@code sensors/{key}/state}.
   *
   * @throws IllegalArgumentException if it is empty, or too long for the protocol
   */
  public static Mqtt topic(String address) {
    if (address.isEmpty() || address.length() > 65_535 || address.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "an MQTT topic must have 1 to 65535 characters and no NUL");
    }
    return new Mqtt(address, 1, false, null, null, UnaryOperator.identity());
  }

  /**
   * Returns the binding that answers a request: to its response topic, with its correlation data.
   *
   * @throws IllegalArgumentException if the delivery names no response topic
   */
  public static Mqtt replyTo(Delivery<?> request) {
    Mqtt5Publish publish = request.unwrap(Mqtt5Publish.class).orElse(null);
    if (publish == null || publish.getResponseTopic().isEmpty()) {
      throw new IllegalArgumentException(
          "this delivery asks for no reply: it names no response topic");
    }
    byte[] data = publish.getCorrelationData().map(Mqtt::bytes).orElse(null);
    Mqtt reply = topic(publish.getResponseTopic().get().toString());
    return new Mqtt(reply.address, 1, false, null, data, reply.customizer);
  }

  /** Returns the topic that a delivery was published to, which a filter does not tell. */
  public static String topicOf(Delivery<?> delivery) {
    return delivery
        .unwrap(Mqtt5Publish.class)
        .map(Mqtt5Publish::getTopic)
        .or(() -> delivery.unwrap(Mqtt3Publish.class).map(Mqtt3Publish::getTopic))
        .orElseThrow(() -> new IllegalArgumentException("this delivery did not come over MQTT"))
        .toString();
  }

  /**
   * Sets the quality of service: 0 at most once, 1 at least once, 2 once on each hop and
   * connection. What is consumed has 1 or 2. Defaults to 1.
   */
  public Mqtt qos(int level) {
    if (level < 0 || level > 2) {
      throw new IllegalArgumentException("qos must be 0, 1 or 2, but is " + level);
    }
    return new Mqtt(address, level, retained, expiry, correlation, customizer);
  }

  /** Lets the broker keep the last message for those who subscribe later. Defaults to not. */
  public Mqtt retained() {
    return new Mqtt(address, qos, true, expiry, correlation, customizer);
  }

  /**
   * Sets how long the broker keeps a message for those who are away, in whole seconds; MQTT 5.
   * Defaults to the deadline of the message's {@link dev.parley.Context}, or else of the sender's,
   * and to no limit without one.
   */
  public Mqtt expiry(Duration expiry) {
    if (expiry.toSeconds() < 1) {
      throw new IllegalArgumentException("expiry must be at least 1 s, but is " + expiry);
    }
    return new Mqtt(address, qos, retained, expiry, correlation, customizer);
  }

  /** Changes the native packet before it goes out; MQTT 5. Defaults to nothing. */
  public Mqtt customize(UnaryOperator<Mqtt5Publish> change) {
    Objects.requireNonNull(change, "change");
    return new Mqtt(address, qos, retained, expiry, correlation, change);
  }

  int qos() {
    return qos;
  }

  boolean isRetained() {
    return retained;
  }

  @Nullable Duration expiry() {
    return expiry;
  }

  byte @Nullable [] correlation() {
    return correlation;
  }

  UnaryOperator<Mqtt5Publish> customizer() {
    return customizer;
  }

  /** Returns the filter to subscribe to. */
  String filter() {
    return address.contains(KEY_LEVEL) ? replaceLevel("+") : address;
  }

  /** Returns the topic to publish a message of this key to. */
  String topic(String name, @Nullable String key) {
    if (address.contains(KEY_LEVEL)) {
      if (key == null || key.isEmpty() || key.matches(".*[/+#\\x00].*")) {
        throw Failures.refused(
            "cannot send to "
                + name
                + ": its key is a level of the MQTT topic "
                + address
                + ", so each message needs one, without / + #");
      }
      return replaceLevel(key);
    }
    if (address.indexOf('+') >= 0 || address.indexOf('#') >= 0) {
      throw Failures.refused(
          "cannot send to "
              + name
              + ": "
              + address
              + " is a filter to consume from; bind the topic to send to by a name without + and #,"
              + " or with {key}");
    }
    return address;
  }

  /** Returns the key that a topic holds, or the topic: its messages keep their order. */
  String keyIn(String topic) {
    int at = Arrays.asList(address.split("/", -1)).indexOf(KEY_LEVEL);
    String[] levels = at < 0 ? new String[0] : topic.split("/", -1);
    return at >= 0 && at < levels.length ? levels[at] : topic;
  }

  private String replaceLevel(String level) {
    return Arrays.stream(address.split("/", -1))
        .map(each -> each.equals(KEY_LEVEL) ? level : each)
        .collect(Collectors.joining("/"));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  @Override
  public String toString() {
    return "Mqtt[" + address + ", QoS " + qos + (retained ? ", retained]" : "]");
  }
}
