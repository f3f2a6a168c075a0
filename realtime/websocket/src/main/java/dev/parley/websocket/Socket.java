package dev.parley.websocket;

import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.spi.Timeout;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.PongMessage;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.glassfish.tyrus.core.HandshakeException;
import org.glassfish.tyrus.spi.Connection;
import org.jspecify.annotations.Nullable;

/** One WebSocket connection's life: whole messages in and out, within limits. */
final class Socket extends Endpoint implements Dial.Link, Wire.Receiver {
  /** Not 0, with which Tyrus 2.2.2 schedules a task of its own for every message. */
  static final long NO_IDLE_TIMEOUT = -1;

  private static final int SLACK = 256 << 10;

  private final WebSocketDriver driver;
  private final Settings settings;
  private final WebSocket binding;
  private final User user;
  private final @Nullable Dial dial; // null where the user's client has a container of its own
  private final Gate gate;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong pings = new AtomicLong();
  private final Object window = new Object();
  private final WriteWatch watch = new WriteWatch();

  // Guarded by window.
  private int inFlight; // bytes that were sent and have not left
  private boolean wantsToWrite;
  private long progress; // how many messages have left

  private volatile @Nullable Session session;
  private volatile @Nullable Connection connection;
  private volatile @Nullable HandshakeAnswer answer;
  private volatile @Nullable ParleyException broken;
  private volatile int peerCode = -1; // by which the peer closed
  private volatile boolean parting; // Tyrus says goodbye, which takes a second at most

  Socket(WebSocketDriver driver, URI uri, WebSocket binding, User user) {
    this.driver = driver;
    this.settings = driver.settings();
    this.binding = binding;
    this.user = user;
    this.dial = driver.dial(uri, this);
    this.gate = new Gate(dial != null);
  }

  /** Who uses it. Nothing here may block. */
  interface User {
    /** A message came. */
    void message(Payload payload, Object nativeMessage);

    /** Something came. */
    void alive();

    /** More can be sent. */
    void writable();

    /** It is lost. */
    void lost(ParleyException cause);

    /** The peer has ended it cleanly. */
    void ended();
  }

  /** Connects; blocks. */
  void open(URI uri, Headers headers) throws Exception {
    try {
      Session made =
          driver
              .client()
              .connectToServer(this, Handshake.config(driver, binding, headers, dial), uri);
      session = made;
      checkSubProtocol(made.getNegotiatedSubprotocol());
    } catch (Throwable e) {
      over.set(true);
      release();
      HandshakeAnswer refused = answer;
      if (e instanceof ParleyException) {
        throw e;
      }
      if (refused != null && refused.status() != 101) {
        throw Failures.handshake(refused.status(), refused.headers(), driver.time().now(), e);
      }
      throw refusal(e);
    }
  }

  private Exception refusal(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof HandshakeException handshake) {
        return answer != null || handshake.getHttpStatusCode() == 500
            ? Failures.protocol("the answer to the handshake is not that of a WebSocket", failure)
            : Failures.handshake(
                handshake.getHttpStatusCode(), Headers.empty(), driver.time().now(), failure);
      }
      if (each instanceof org.glassfish.tyrus.client.auth.AuthenticationException) {
        return Failures.handshake(401, Headers.empty(), driver.time().now(), failure);
      }
      if (each instanceof IOException io) {
        return io;
      }
      if (each instanceof InterruptedException interrupted) {
        return interrupted;
      }
    }
    return Failures.lost("the handshake failed", failure);
  }

  private void checkSubProtocol(@Nullable String chosen) {
    boolean none = chosen == null || chosen.isEmpty();
    if (none ? binding.subProtocols().isEmpty() : binding.subProtocols().contains(chosen)) {
      return;
    }
    throw new dev.parley.ProtocolException(
        dev.parley.Failure.of(
            Kind.PERMANENT,
            dev.parley.Effect.NOT_SENT,
            "asked for the sub-protocols "
                + binding.subProtocols()
                + ", but the server chose "
                + (none ? "none" : "another")
                + ": ask for one that it speaks"));
  }

  // ---------------------------------------------------------------- sending

  /** Sends if the window is open; otherwise the user hears when it is. */
  boolean offer(Message message) throws Exception {
    Session open = session;
    if (over.get() || open == null) {
      ParleyException why = broken;
      throw why != null ? why : new IOException("the connection is gone");
    }
    synchronized (window) {
      if (inFlight >= settings.windowBytes()) {
        wantsToWrite = true;
        watch.start();
        return false;
      }
      inFlight += message.size();
    }
    if (message.text() != null) {
      open.getAsyncRemote().sendText(message.text(), result -> left(message.size(), result));
    } else {
      open.getAsyncRemote().sendBinary(message.binary(), result -> left(message.size(), result));
    }
    return true;
  }

  /** Returns whether a message could be sent now; otherwise the user hears when it can. */
  boolean isOpenForMore() {
    synchronized (window) {
      if (inFlight < settings.windowBytes()) {
        return true;
      }
      wantsToWrite = true;
      watch.start();
      return false;
    }
  }

  private void left(int size, SendResult result) {
    boolean writable;
    synchronized (window) {
      inFlight -= size;
      progress++;
      writable = wantsToWrite && inFlight <= settings.windowBytes() / 2;
      if (writable) {
        wantsToWrite = false;
      }
    }
    if (!result.isOK() && !over.get()) {
      fail(Failures.lost("a message could not be written", result.getException()));
    } else if (writable) {
      user.writable();
    }
  }

  /** Asks for a sign of life. */
  void ping() throws IOException {
    Session open = session;
    if (open != null && !over.get()) {
      byte[] payload = Long.toString(pings.incrementAndGet()).getBytes(StandardCharsets.US_ASCII);
      open.getAsyncRemote().sendPing(ByteBuffer.wrap(payload));
    }
  }

  // ---------------------------------------------------------------- receiving

  /** Allows more messages. */
  void request(int more) {
    Wire wire = dial == null ? null : dial.wire();
    if (wire != null) {
      wire.request(more);
    } else {
      gate.open(more);
    }
  }

  @Override
  public void onOpen(Session opened, EndpointConfig config) {
    session = opened;
    opened.setMaxIdleTimeout(NO_IDLE_TIMEOUT);
    opened.setMaxTextMessageBufferSize(settings.maxMessageBytes());
    opened.setMaxBinaryMessageBufferSize(settings.maxMessageBytes());
    opened.addMessageHandler(String.class, this::text);
    opened.addMessageHandler(byte[].class, this::binary);
    opened.addMessageHandler(PongMessage.class, this::pong);
    if (over.get()) {
      release(); // nobody waits for it any more
    }
  }

  private void text(String text) {
    // The media type is not known: what the codec makes of it is its own business.
    message(Payload.of(text.getBytes(StandardCharsets.UTF_8), ""), text);
  }

  private void binary(byte[] bytes) {
    message(Payload.of(bytes, ""), bytes);
  }

  private void message(Payload payload, Object nativeMessage) {
    if (payload.size().orElse(0) > settings.maxMessageBytes()) {
      broken(
          1009, "a message is larger than the limit of " + settings.maxMessageBytes() + " bytes");
    } else if (gate.pass() && !over.get()) {
      user.message(payload, nativeMessage);
    }
  }

  private void pong(PongMessage pong) {
    byte[] expected = Long.toString(pings.get()).getBytes(StandardCharsets.US_ASCII);
    if (ByteBuffer.wrap(expected).equals(pong.getApplicationData())) {
      user.alive();
    }
  }

  // ---------------------------------------------------------------- the socket below

  @Override
  public void answered(HandshakeAnswer newAnswer) {
    answer = newAnswer;
  }

  @Override
  public Wire.Receiver connected(Connection made) {
    connection = made;
    return this;
  }

  @Override
  public void take(ByteBuffer frames) {
    Connection made = connection;
    if (made != null) {
      made.getReadHandler().handle(frames);
    }
  }

  @Override
  public void alive() {
    user.alive();
  }

  @Override
  public void closing(int code) {
    peerCode = code;
  }

  @Override
  public void broken(int code, String how) {
    if (broken == null) {
      broken = code == 1009 ? Failures.tooLarge(Kind.PROTOCOL, how) : Failures.protocol(how, null);
    }
    close(CloseReason.CloseCodes.getCloseCode(code));
  }

  @Override
  public void lost(@Nullable Throwable cause) {
    if (broken == null) {
      broken =
          Failures.lost(
              cause == null
                  ? "the peer ended the connection without a close frame"
                  : "the connection broke",
              cause);
    }
    Connection made = connection;
    if (made != null) {
      made.close(new CloseReason(CloseReason.CloseCodes.CLOSED_ABNORMALLY, ""));
    }
  }

  // ---------------------------------------------------------------- the end

  @Override
  public void onClose(Session closed, CloseReason reason) {
    parting = true;
    if (over.getAndSet(true)) {
      return;
    }
    stop();
    int code = peerCode >= 0 ? peerCode : reason.getCloseCode().getCode();
    ParleyException why = broken;
    if (why != null) {
      user.lost(why);
    } else if (peerCode >= 0 || dial == null) {
      if (code == 1000 && !settings.closeCodes().containsKey(code)) {
        user.ended();
      } else {
        user.lost(Failures.closed(code, settings.closeCodes()));
      }
    } else {
      user.lost(
          Failures.protocol("the peer broke the rules of WebSocket; closed with " + code, null));
    }
  }

  @Override
  public void onError(Session failed, Throwable problem) {
    if (!over.get() && broken == null) {
      broken = Failures.protocol("a message could not be received", problem);
      close(CloseReason.CloseCodes.UNEXPECTED_CONDITION);
    }
  }

  /** Says goodbye. */
  void close() {
    over.set(true);
    parting = true;
    stop();
    close(CloseReason.CloseCodes.NORMAL_CLOSURE);
  }

  /** Releases it at once. */
  void abort() {
    over.set(true);
    release();
  }

  private void fail(ParleyException cause) {
    if (!over.getAndSet(true)) {
      broken = cause;
      release();
      user.lost(cause);
    }
  }

  private void release() {
    stop();
    if (dial == null) {
      close(CloseReason.CloseCodes.GOING_AWAY);
    } else if (!parting) {
      dial.abort();
    }
  }

  private void stop() {
    gate.remove();
    watch.stop();
  }

  private void close(CloseReason.CloseCode code) {
    Session open = session;
    try {
      if (open != null && open.isOpen()) {
        open.close(new CloseReason(code, ""));
      }
    } catch (IOException | RuntimeException e) {
      if (dial != null) {
        dial.abort();
      }
    }
  }

  <N> @Nullable N unwrap(Class<N> nativeType) {
    Session open = session;
    return nativeType.isInstance(open) ? nativeType.cast(open) : null;
  }

  static int incomingBufferSize(Settings settings) {
    return settings.maxFrameBytes() + SLACK;
  }

  /** Gives up when a sender waits and nothing leaves. */
  private final class WriteWatch extends Timeout {
    private boolean scheduled; // guarded by window
    private boolean stopped; // guarded by window
    private long seen; // guarded by window

    // With the lock of the window.
    void start() {
      if (!scheduled && !stopped) {
        scheduled = true;
        seen = progress;
        driver.time().schedule(this, settings.writeTimeout().toNanos());
      }
    }

    void stop() {
      synchronized (window) {
        stopped = true;
        driver.time().cancel(this);
      }
    }

    @Override
    public void expired() {
      synchronized (window) {
        scheduled = false;
        if (stopped || !wantsToWrite) {
          return;
        }
        if (progress != seen) {
          start();
          return;
        }
      }
      ParleyException cause =
          Failures.lost(
              "the peer took nothing for " + settings.writeTimeout().toMillis() + " ms", null);
      driver.workers().execute(() -> fail(cause));
    }
  }
}
