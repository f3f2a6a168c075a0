package dev.parley;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

final class BytesPayload implements Payload {
  private final byte[] bytes;
  private final String contentType;

  BytesPayload(byte[] bytes, String contentType) {
    this.bytes = Objects.requireNonNull(bytes, "bytes");
    this.contentType = Objects.requireNonNull(contentType, "contentType");
  }

  @Override
  public Optional<String> contentType() {
    return contentType.isEmpty() ? Optional.empty() : Optional.of(contentType);
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

  @Override
  public String toString() {
    return "Payload[" + contentType + ", " + bytes.length + " bytes]";
  }
}
