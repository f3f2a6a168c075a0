package dev.parley.store;

import dev.parley.Payload;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The body of a stored message, whose media type may not be known. */
final class StoredPayload implements Payload {
  private final byte[] bytes;
  private final @Nullable String contentType;

  StoredPayload(byte[] bytes, @Nullable String contentType) {
    this.bytes = bytes;
    this.contentType = contentType;
  }

  @Override
  public Optional<String> contentType() {
    return Optional.ofNullable(contentType);
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.of(bytes.length);
  }

  @Override
  public boolean isReplayable() {
    return true;
  }

  @Override
  public byte[] toByteArray() {
    return bytes;
  }

  @Override
  public InputStream openStream() {
    return new ByteArrayInputStream(bytes);
  }
}
