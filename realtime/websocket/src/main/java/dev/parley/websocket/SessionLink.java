package dev.parley.websocket;

import dev.parley.Gap;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.Codecs;
import dev.parley.spi.Continuity;
import dev.parley.spi.DuplexLink;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One connection of a session or a feed. */
final class SessionLink implements DuplexLink, Socket.User {
  private final WebSocketDriver driver;
  private final WebSocket binding;
  private final TypeRef<?> outgoing;
  private final Inlet inlet;
  private final Continuity continuity;
  private final @Nullable Duration credentialsLeft;
  private final Socket socket;

  SessionLink(
      WebSocketDriver driver,
      URI uri,
      WebSocket binding,
      TypeRef<?> outgoing,
      Inlet inlet,
      @Nullable Continuity continuity,
      @Nullable Duration credentialsLeft) {
    this.driver = driver;
    this.binding = binding;
    this.outgoing = outgoing;
    this.inlet = inlet;
    this.continuity =
        continuity == null
            ? new Continuity(Gap.POSSIBLE, "a WebSocket has no memory of what was missed")
            : continuity;
    this.credentialsLeft = credentialsLeft;
    this.socket = new Socket(driver, uri, binding, this);
  }

  Socket socket() {
    return socket;
  }

  @Override
  public Continuity continuity() {
    return continuity;
  }

  @Override
  public @Nullable Duration credentialsLeft() {
    return credentialsLeft;
  }

  @Override
  public boolean offer(Object message) throws Exception {
    return socket.isOpenForMore() && socket.offer(encode(message));
  }

  private Message encode(Object message) {
    int limit = driver.settings().maxMessageBytes();
    return Message.of(message, outgoing, driver.codecs(), binding.frames(), limit);
  }

  /** Does nothing: a WebSocket has no half-close. */
  @Override
  public void complete() {}

  @Override
  public void request(int more) {
    socket.request(more);
  }

  @Override
  @SuppressWarnings("unchecked") // the type was compared
  public <T> T decode(Inbound inbound, TypeRef<T> type, Codecs codecs) {
    Object text = inbound.nativeMessage();
    return text instanceof String && type.type() == String.class
        ? (T) text
        : codecs.decode(type, inbound.payload());
  }

  @Override
  public void ping() throws IOException {
    socket.ping();
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    N session = socket.unwrap(nativeType);
    return session != null ? Optional.of(session) : driver.unwrap(nativeType);
  }

  @Override
  public void close() {
    socket.close();
  }

  @Override
  public void abort() {
    socket.abort();
  }

  // ---------------------------------------------------------------- the socket's user

  @Override
  public void message(Payload payload, Object nativeMessage) {
    Inbound inbound = new Inbound(payload).nativeMessage(nativeMessage);
    Replay replay = binding.replay();
    if (replay != null && driver.settings().replays()) {
      replay
          .position(payload)
          .ifPresent(position -> inbound.position(dev.parley.Position.SINGLE_LANE, position));
    }
    inlet.deliver(inbound);
  }

  @Override
  public void alive() {
    inlet.alive();
  }

  @Override
  public void writable() {
    inlet.writable();
  }

  @Override
  public void lost(ParleyException cause) {
    inlet.lost(cause);
  }

  @Override
  public void ended() {
    if (driver.settings().reconnectOnCleanClose()) {
      inlet.lost(new EndOfStream());
    } else {
      inlet.ended();
    }
  }
}
