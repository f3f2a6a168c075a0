package dev.parley.store;

import dev.parley.Headers;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message in a {@link MessageStore}: encoded, with all that is needed to send or handle it later.
 *
 * <p><b>Threads:</b> immutable; nobody changes the array of the body.
 *
 * @since 0.1
 */
public final class StoredMessage {
  private final String id;
  private final @Nullable String key;
  private final String topic;
  private final Headers headers;
  private final @Nullable String contentType;
  private final byte[] body;
  private final String fingerprint;

  private StoredMessage(
      String id,
      @Nullable String key,
      String topic,
      Headers headers,
      @Nullable String contentType,
      byte[] body,
      String fingerprint) {
    this.id = id;
    this.key = key;
    this.topic = topic;
    this.headers = headers;
    this.contentType = contentType;
    this.body = body;
    this.fingerprint = fingerprint;
  }

  /**
   * Returns a message without key or headers, whose fingerprint is empty.
   *
   * @param id what a repetition has in common with it, at most 400 characters
   * @param topic where it belongs or shall go, at most 255 characters
   * @param body the encoded body, which must not be changed afterwards
   * @param contentType the media type of the body, or null if it is not known
   */
  public static StoredMessage of(
      String id, String topic, byte[] body, @Nullable String contentType) {
    return new StoredMessage(
        Objects.requireNonNull(id, "id"),
        null,
        Objects.requireNonNull(topic, "topic"),
        Headers.empty(),
        contentType,
        Objects.requireNonNull(body, "body"),
        "");
  }

  /** Sets the key whose messages keep their order, at most 255 characters. Defaults to none. */
  public StoredMessage key(@Nullable String newKey) {
    return new StoredMessage(id, newKey, topic, headers, contentType, body, fingerprint);
  }

  /** Sets the headers. Defaults to none. */
  public StoredMessage headers(Headers newHeaders) {
    return new StoredMessage(id, key, topic, newHeaders, contentType, body, fingerprint);
  }

  /**
   * Sets what tells a repetition from another message under the same id, such as the SHA-256 of the
   * body, at most 255 characters. Defaults to nothing, so that the id alone counts.
   */
  public StoredMessage fingerprint(String newFingerprint) {
    return new StoredMessage(id, key, topic, headers, contentType, body, newFingerprint);
  }

  /** Returns what a repetition has in common with it. */
  public String id() {
    return id;
  }

  /** Returns the key whose messages keep their order, or null. */
  public @Nullable String key() {
    return key;
  }

  /** Returns where it belongs or shall go. */
  public String topic() {
    return topic;
  }

  /** Returns the headers. */
  public Headers headers() {
    return headers;
  }

  /** Returns the media type of the body, or null if it is not known. */
  public @Nullable String contentType() {
    return contentType;
  }

  /** Returns the encoded body. Do not change the array. */
  public byte[] body() {
    return body;
  }

  /** Returns what tells a repetition from another message under the same id. */
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public String toString() {
    return "StoredMessage[" + topic + ", " + body.length + " bytes]";
  }
}
