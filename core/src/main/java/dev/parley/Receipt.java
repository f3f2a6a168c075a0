package dev.parley;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the peer said when it took a message.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Receipt {
  private final Level level;
  private final @Nullable String remoteId;
  private final @Nullable Object nativeReceipt;

  private Receipt(Level level, @Nullable String remoteId, @Nullable Object nativeReceipt) {
    this.level = Objects.requireNonNull(level, "level");
    this.remoteId = remoteId;
    this.nativeReceipt = nativeReceipt;
  }

  /** Returns a receipt; the id and the native receipt are null where the peer gives none. */
  public static Receipt of(Level level, @Nullable String remoteId, @Nullable Object nativeReceipt) {
    return new Receipt(level, remoteId, nativeReceipt);
  }

  /** Returns who is responsible for the message now. */
  public Level level() {
    return level;
  }

  /** Returns the id that the peer gave it: an offset, a message id. */
  public Optional<String> remoteId() {
    return Optional.ofNullable(remoteId);
  }

  /** Returns the native receipt if it is of this type. Unportable. */
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(nativeReceipt)
        ? Optional.of(nativeType.cast(nativeReceipt))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "Receipt[" + level + ", remoteId=" + remoteId + "]";
  }

  /** Who is responsible for a message that was sent. */
  public enum Level {
    /** Nobody but the network: it was written to the connection. */
    WRITTEN_TO_TRANSPORT,
    /** The peer: it confirmed. */
    ACCEPTED_BY_PEER,
    /** An outbox of this program: it will be sent. */
    STORED_IN_OUTBOX
  }
}
