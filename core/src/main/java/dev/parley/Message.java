package dev.parley;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A body with its headers, on its way out or as it came in.
 *
 * <p>Outgoing ones are made by {@link #of} or {@link #builder}. One that came in can be sent on as
 * it is, a {@link Delivery} too: that is how a relay works.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param <T> the type of the body
 */
public sealed interface Message<T> permits Delivery, PlainMessage {
  /** Returns the body. */
  T body();

  /** Returns the headers. */
  Headers headers();

  /** Returns the id by which a repetition of this message is recognised. */
  Optional<String> id();

  /** Returns the key: messages of one key keep their order. */
  Optional<String> key();

  /** Returns the deadline and trace that came along. */
  Context context();

  /** Returns the encoded body as it came in; empty bytes for a message that was not yet sent. */
  Payload payload();

  /** Returns a message of a body alone. */
  static <T> Message<T> of(T body) {
    return builder(body).build();
  }

  /** Starts a message of a body. */
  static <T> Builder<T> builder(T body) {
    return new Builder<>(body);
  }

  /**
   * Makes a message.
   *
   * @param <T> the type of the body
   */
  final class Builder<T> {
    final T body;
    Headers headers = Headers.empty();
    @Nullable String id;
    @Nullable String key;
    Context context = Context.empty();
    Payload payload = PlainMessage.NOT_ENCODED;

    private Builder(T body) {
      this.body = Objects.requireNonNull(body, "body");
    }

    /** Sets the id by which a repetition is recognised. Defaults to none. */
    public Builder<T> id(@Nullable String newId) {
      this.id = newId;
      return this;
    }

    /** Sets the key whose messages keep their order. Defaults to none. */
    public Builder<T> key(@Nullable String newKey) {
      this.key = newKey;
      return this;
    }

    /** Sets all headers. Defaults to none. */
    public Builder<T> headers(Headers newHeaders) {
      this.headers = Objects.requireNonNull(newHeaders, "newHeaders");
      return this;
    }

    /** Adds one header. */
    public Builder<T> header(String name, String value) {
      this.headers = headers.plus(name, value);
      return this;
    }

    /** Sets deadline and trace. Defaults to none. */
    public Builder<T> context(Context newContext) {
      this.context = Objects.requireNonNull(newContext, "newContext");
      return this;
    }

    /** Sets the encoded body. For the engine, which received it. */
    public Builder<T> payload(Payload newPayload) {
      this.payload = Objects.requireNonNull(newPayload, "newPayload");
      return this;
    }

    /** Returns the message. */
    public Message<T> build() {
      return new PlainMessage<>(this);
    }
  }
}
