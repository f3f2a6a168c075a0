package dev.parley;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

final class StreamPayload implements Payload {
  private final Supplier<? extends InputStream> streams;
  private final boolean repeatable;
  private final String contentType;
  private final AtomicBoolean opened = new AtomicBoolean();

  StreamPayload(Supplier<? extends InputStream> streams, boolean repeatable, String contentType) {
    this.streams = streams;
    this.repeatable = repeatable;
    this.contentType = Objects.requireNonNull(contentType, "contentType");
  }

  @Override
  public Optional<String> contentType() {
    return Optional.of(contentType);
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.empty();
  }

  // A one-shot stream that nobody opened yet can still be sent.
  @Override
  public boolean isReplayable() {
    return repeatable || !opened.get();
  }

  @Override
  public byte[] toByteArray() {
    try (InputStream stream = openStream()) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the payload's stream", e);
    }
  }

  @Override
  public InputStream openStream() {
    if (opened.getAndSet(true) && !repeatable) {
      throw new IllegalStateException(
          "a one-shot payload was opened twice; use Payload.stream with a supplier of streams");
    }
    return streams.get();
  }

  // A stream that was opened belongs to whoever opened it.
  @Override
  public void close() {
    if (!repeatable && !opened.getAndSet(true)) {
      try {
        streams.get().close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close the payload's stream", e);
      }
    }
  }

  @Override
  public String toString() {
    return "Payload[" + contentType + ", " + (repeatable ? "stream" : "one-shot stream") + "]";
  }
}
