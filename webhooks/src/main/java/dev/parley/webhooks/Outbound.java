package dev.parley.webhooks;

import dev.parley.CallOptions;
import dev.parley.Delivery;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Payload;
import dev.parley.Topic;
import dev.parley.http.HttpHeaders;
import dev.parley.spi.Attempt;
import dev.parley.spi.Codecs;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import okhttp3.Headers;
import okhttp3.MediaType;
import org.jspecify.annotations.Nullable;

/** A message made ready to go out, once for all attempts. */
final class Outbound {
  // They belong to one connection, are set here, or are secrets of whoever sent it here first.
  private static final Set<String> LEFT_OUT =
      Set.of(
          "host",
          "connection",
          "keep-alive",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "accept-encoding",
          "transfer-encoding",
          "content-length",
          "content-type",
          "authorization",
          "cookie",
          "proxy-authorization",
          "proxy-connection",
          "webhook-id",
          "webhook-timestamp",
          "webhook-signature");
  private final String topic;
  private final @Nullable Webhook binding;
  private final Headers headers;
  private final byte[] body;
  private final @Nullable MediaType type;
  private final @Nullable String id;
  private final int earlierAttempts;

  private <T> Outbound(
      Topic<T> topic,
      Message<T> message,
      CallOptions options,
      Idempotency idempotency,
      Codecs codecs) {
    Payload payload = payload(topic, message, codecs);
    this.topic = topic.name();
    this.binding = topic.binding(Webhook.class);
    this.headers = headers(message);
    this.body = payload.toByteArray();
    this.type = payload.contentType().map(MediaType::parse).orElse(null);
    String given = options.idempotencyKeyOrNull();
    String known = given == null ? message.id().orElse(null) : given;
    this.id =
        known == null && idempotency != Idempotency.KEYED
            ? "msg_" + UUID.randomUUID()
            : checked(known);
    this.earlierAttempts =
        message instanceof Delivery<T> delivery ? delivery.attempt().orElse(1) - 1 : 0;
  }

  static <T> Outbound of(
      Topic<T> topic,
      Message<T> message,
      CallOptions options,
      Idempotency idempotency,
      Codecs codecs) {
    return new Outbound(topic, message, options, idempotency, codecs);
  }

  String topic() {
    return topic;
  }

  @Nullable Webhook binding() {
    return binding;
  }

  Headers headers() {
    return headers;
  }

  byte[] body() {
    return body;
  }

  @Nullable MediaType type() {
    return type;
  }

  /** Returns its id, the same on each attempt: what was given, or else the key of the send. */
  String id(Attempt<?> attempt) {
    return Objects.requireNonNull(id == null ? attempt.idempotencyKey() : id, "id");
  }

  /** Returns how many attempts were made before by whoever delivered it here. */
  int earlierAttempts() {
    return earlierAttempts;
  }

  // What is relayed goes on byte by byte.
  private static <T> Payload payload(Topic<T> topic, Message<T> message, Codecs codecs) {
    return message instanceof Delivery<T> delivery
        ? delivery.payload()
        : codecs.codec(topic.type()).encode(message.body());
  }

  private static Headers headers(Message<?> message) {
    HttpHeaders headers =
        new HttpHeaders(new Headers.Builder().add("User-Agent", "Parley-Webhooks").build());
    message
        .headers()
        .forEach((name, value) -> {
          if (!LEFT_OUT.contains(name.toLowerCase(Locale.ROOT))) {
            headers.add(name, value);
          }
        });
    return headers.build();
  }

  private static @Nullable String checked(@Nullable String id) {
    if (id != null && !id.matches("[!-~&&[^.]]{1,256}")) {
      throw Problems.refused(
          "the id of a webhook must be 1 to 256 plain characters without a dot or white space:"
              + " receivers check its signature by the dots around it");
    }
    return id;
  }
}
