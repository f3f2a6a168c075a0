package dev.parley.spi;

import dev.parley.Context;
import dev.parley.Headers;
import dev.parley.Payload;
import dev.parley.Position;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message as it came in, still encoded.
 *
 * <p><b>Threads:</b> filled by one thread, then not changed any more.
 */
public final class Inbound {
  private final Payload payload;
  private Headers headers = Headers.empty();
  private @Nullable String id;
  private @Nullable String key;
  private @Nullable String identity;
  private @Nullable Object handle;
  private String lane = Position.SINGLE_LANE;
  private @Nullable String position;
  private int attempt;
  private Context context = Context.empty();
  private @Nullable Object nativeMessage;

  /** Creates a message of a payload alone. */
  public Inbound(Payload payload) {
    this.payload = Objects.requireNonNull(payload, "payload");
  }

  /** Sets the headers. */
  public Inbound headers(Headers newHeaders) {
    this.headers = newHeaders;
    return this;
  }

  /** Sets the id by which a repetition is recognised by the receiver. */
  public Inbound id(@Nullable String newId) {
    this.id = newId;
    return this;
  }

  /** Sets the key whose messages keep their order. */
  public Inbound key(@Nullable String newKey) {
    this.key = newKey;
    return this;
  }

  /** Sets what stays the same when the peer delivers it again; null if nothing does. */
  public Inbound identity(@Nullable String newIdentity) {
    this.identity = newIdentity;
    return this;
  }

  /** Sets what the link settles by: a delivery tag, a receipt handle. It dies with the link. */
  public Inbound handle(@Nullable Object newHandle) {
    this.handle = newHandle;
    return this;
  }

  /** Sets its partition or session, and its position there; null if it has none. */
  public Inbound position(String newLane, @Nullable String newPosition) {
    this.lane = newLane;
    this.position = newPosition;
    return this;
  }

  /** Sets which delivery of it this is, as the peer counts, 1 for the first; 0 if unknown. */
  public Inbound attempt(int newAttempt) {
    this.attempt = newAttempt;
    return this;
  }

  /** Sets the deadline and trace that came along. */
  public Inbound context(Context newContext) {
    this.context = newContext;
    return this;
  }

  /** Sets the native message for {@code unwrap}. */
  public Inbound nativeMessage(@Nullable Object newNativeMessage) {
    this.nativeMessage = newNativeMessage;
    return this;
  }

  /** Returns the encoded body. */
  public Payload payload() {
    return payload;
  }

  /** Returns the headers. */
  public Headers headers() {
    return headers;
  }

  /** Returns the id, or null. */
  public @Nullable String id() {
    return id;
  }

  /** Returns the key, or null. */
  public @Nullable String key() {
    return key;
  }

  /** Returns what is stable across redelivery, or null. */
  public @Nullable String identity() {
    return identity;
  }

  /** Returns what the link settles by, or null. */
  public @Nullable Object handle() {
    return handle;
  }

  /** Returns the lane; {@link Position#SINGLE_LANE} if there is only one. */
  public String lane() {
    return lane;
  }

  /** Returns the position in its lane, or null. */
  public @Nullable String position() {
    return position;
  }

  /** Returns which delivery this is, or 0 if that is unknown. */
  public int attempt() {
    return attempt;
  }

  /** Returns the deadline and trace that came along. */
  public Context context() {
    return context;
  }

  /** Returns the native message, or null. */
  public @Nullable Object nativeMessage() {
    return nativeMessage;
  }

  @Override
  public String toString() {
    return "Inbound[id=" + id + ", lane=" + lane + ", position=" + position + "]";
  }
}
