package dev.parley;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

final class PlainMessage<T> implements Message<T> {
  static final Payload NOT_ENCODED = Payload.of(new byte[0], "");

  private final T body;
  private final Headers headers;
  private final @Nullable String id;
  private final @Nullable String key;
  private final Context context;
  private final Payload payload;

  PlainMessage(Builder<T> builder) {
    this.body = builder.body;
    this.headers = builder.headers;
    this.id = builder.id;
    this.key = builder.key;
    this.context = builder.context;
    this.payload = builder.payload;
  }

  @Override
  public T body() {
    return body;
  }

  @Override
  public Headers headers() {
    return headers;
  }

  @Override
  public Optional<String> id() {
    return Optional.ofNullable(id);
  }

  @Override
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  @Override
  public Context context() {
    return context;
  }

  @Override
  public Payload payload() {
    return payload;
  }

  // Neither body nor header values: they may be secret.
  @Override
  public String toString() {
    return "Message[id=" + id + ", key=" + key + ", " + headers + "]";
  }
}
