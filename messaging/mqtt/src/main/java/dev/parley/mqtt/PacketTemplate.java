package dev.parley.mqtt;

import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.Delivery;
import dev.parley.Headers;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.Topic;
import dev.parley.spi.Attempt;
import dev.parley.spi.Codecs;
import org.jspecify.annotations.Nullable;

/** What one send or call publishes, bound and encoded once for all its attempts. */
final class PacketTemplate {
  private final Mqtt binding;
  private final String topic;
  private final byte[] payload;
  private final @Nullable String contentType;
  private final Headers headers;
  private final @Nullable Deadline deadline;

  private PacketTemplate(
      Mqtt binding, String topic, Payload payload, Headers headers, @Nullable Deadline deadline) {
    this.binding = binding;
    this.topic = topic;
    this.payload = payload.toByteArray();
    this.contentType = payload.contentType().orElse(null);
    this.headers = headers;
    this.deadline = deadline;
  }

  static <T> PacketTemplate of(Topic<T> topic, Message<T> message, Codecs codecs) {
    Mqtt binding = Names.binding(topic);
    String key = message.key().orElse(null);
    String address = binding.topic(topic.name(), key);
    // What is relayed goes on byte by byte.
    Payload payload =
        message instanceof Delivery<T> delivery
            ? delivery.payload()
            : codecs.codec(topic.type()).encode(message.body());
    Headers headers = message.headers();
    if (message.id().isPresent()) {
      headers = headers.with(Names.ID, message.id().get());
    }
    // The other side has the topic as its key, or what of it is a key.
    if (key != null && !key.equals(binding.keyIn(address))) {
      headers = headers.with(Names.KEY, key);
    }
    Deadline own = message.context().deadlineOrNull();
    Deadline deadline = own == null ? Context.current().deadlineOrNull() : own;
    return new PacketTemplate(binding, address, payload, headers, deadline);
  }

  static <Q> PacketTemplate of(Operation<Q, ?> operation, @Nullable Q request, Codecs codecs) {
    Mqtt binding = Names.binding(operation);
    Payload payload =
        request == null
            ? Payload.of(new byte[0], "")
            : codecs.codec(operation.requestType()).encode(request);
    String address = binding.topic(operation.name(), null);
    return new PacketTemplate(binding, address, payload, Headers.empty(), null);
  }

  int qos() {
    return binding.qos();
  }

  /** Returns the packet of a message. */
  Packet message(Attempt<?> attempt) {
    return packet(attempt, deadline, null, binding.correlation());
  }

  /** Returns the packet of a request: nobody need answer it once its caller has given up. */
  Packet request(Attempt<?> attempt, String responseTopic, byte[] correlation) {
    return packet(attempt, attempt.context().deadlineOrNull(), responseTopic, correlation);
  }

  private Packet packet(
      Attempt<?> attempt,
      @Nullable Deadline until,
      @Nullable String responseTopic,
      byte @Nullable [] correlation) {
    return new Packet(
        topic,
        payload,
        binding.qos(),
        binding.isRetained(),
        expirySeconds(until),
        contentType,
        responseTopic,
        correlation,
        Names.outgoing(
            headers.plusAll(attempt.headers()), attempt.context(), attempt.idempotencyKey()),
        binding.customizer());
  }

  private long expirySeconds(@Nullable Deadline until) {
    if (binding.expiry() != null) {
      return binding.expiry().toSeconds();
    }
    long most = 0xFFFF_FFFEL;
    return until == null
        ? -1
        : Math.min(most, Math.max(1, until.remaining().plusMillis(999).toSeconds()));
  }
}
