package dev.parley.websocket;

import dev.parley.spi.Time;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.glassfish.tyrus.spi.ClientEngine;
import org.glassfish.tyrus.spi.ClientEngine.ClientUpgradeInfo;
import org.glassfish.tyrus.spi.ClientEngine.ClientUpgradeStatus;
import org.glassfish.tyrus.spi.UpgradeRequest;
import org.jspecify.annotations.Nullable;

/**
 * Makes one connection: TCP to each address of the name in turn, through a proxy if there is one,
 * TLS, and the upgrade. It blocks, is stopped by an interrupt or {@link #abort}, and hands the
 * socket to a loop once it stands.
 */
final class Dial {
  /** Under which {@link SharedSocketContainer} finds it in the endpoint's properties. */
  static final String KEY = "dev.parley.websocket.dial";

  private final Settings settings;
  private final IoThreads threads;
  private final Time time;
  private final URI uri;
  private final Link link;

  private volatile @Nullable SocketChannel channel;
  private volatile @Nullable Wire wire;
  private volatile boolean aborted;
  private long end; // of the handshake's time

  Dial(Settings settings, IoThreads threads, Time time, URI uri, Link link) {
    this.settings = settings;
    this.threads = threads;
    this.time = time;
    this.uri = uri;
    this.link = link;
  }

  /** Whose connection it is. */
  interface Link {
    /** The server has answered the upgrade. */
    void answered(HandshakeAnswer answer);

    /** The connection stands; returns who reads it. */
    Wire.Receiver connected(org.glassfish.tyrus.spi.Connection connection);
  }

  /** Writes all of a buffer; blocks. */
  interface Output {
    void write(ByteBuffer bytes) throws IOException;
  }

  /** Returns the connection, or null before it stands. */
  @Nullable Wire wire() {
    return wire;
  }

  void open(ClientEngine engine) throws IOException {
    end = System.nanoTime() + settings.handshakeTimeout().toNanos();
    boolean isSecure = uri.getScheme().equals("wss");
    int port = uri.getPort() >= 0 ? uri.getPort() : isSecure ? 443 : 80;
    String host = uri.getHost();
    InetSocketAddress proxy = settings.proxyFor(uri);
    SocketChannel connected =
        proxy == null ? connect(host, port) : connect(proxy.getHostString(), proxy.getPort());
    boolean done = false;
    try {
      InputStream in = connected.socket().getInputStream();
      if (proxy != null) {
        tunnel(connected, in, host + ":" + port);
      }
      Tls tls = isSecure ? new Tls(context(), bare(host), port) : null;
      if (tls != null) {
        secure(tls, connected, in);
      }
      upgrade(connected, in, tls, engine);
      done = true;
    } finally {
      if (!done) {
        connected.close();
      }
    }
  }

  /** Stops it, and closes what it has made; from any thread. */
  void abort() {
    aborted = true;
    Wire made = wire;
    SocketChannel open = channel;
    if (made != null) {
      made.abort();
    } else if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }

  // ---------------------------------------------------------------- steps

  private SocketChannel connect(String host, int port) throws IOException {
    IOException last = null;
    for (InetAddress address : InetAddress.getAllByName(bare(host))) {
      SocketChannel made = SocketChannel.open();
      channel = made;
      try {
        if (aborted) {
          throw new ClosedChannelException();
        }
        made.setOption(StandardSocketOptions.TCP_NODELAY, true);
        made.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        int limit = (int) Math.min(settings.connectTimeout().toMillis(), millisLeft());
        made.socket().connect(new InetSocketAddress(address, port), limit);
        return made;
      } catch (IOException e) {
        made.close();
        if (last != null) {
          e.addSuppressed(last);
        }
        last = e;
        if (aborted || Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    throw new NotConnectedException(last);
  }

  private void tunnel(SocketChannel connected, InputStream in, String target) throws IOException {
    StringBuilder request =
        new StringBuilder("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n");
    settings
        .proxyHeaders()
        .forEach((name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
    writeAll(connected, ascii(request.append("\r\n")));
    Timed timed = new Timed(in);
    // Byte by byte, so that nothing of what comes behind it is read.
    HandshakeAnswer answer = HandshakeAnswer.read(bytes -> timed.read(bytes, 0, 1));
    if (answer.status() != 200) {
      throw new ProxyRefusedException(answer.status());
    }
  }

  private void secure(Tls tls, SocketChannel connected, InputStream in) throws IOException {
    try {
      tls.handshake(new Timed(in), bytes -> writeAll(connected, bytes));
    } catch (SSLException | SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      throw new SSLException("the handshake was cut", e); // so that nothing was sent
    }
  }

  private void upgrade(
      SocketChannel connected, InputStream in, @Nullable Tls tls, ClientEngine engine)
      throws IOException {
    UpgradeRequest request = engine.createUpgradeRequest(() -> abort());
    IoLoop loop = threads.loop();
    Timed timed = new Timed(in);
    ByteBuffer bytes = ascii(text(request));
    if (tls == null) {
      writeAll(connected, bytes);
    } else {
      ByteBuffer records = ByteBuffer.allocate(Wire.BUFFER_BYTES);
      tls.seal(bytes, records);
      writeAll(connected, records.flip());
    }
    HandshakeAnswer answer =
        HandshakeAnswer.read(into -> tls == null ? timed.read(into) : tls.read(timed, into));
    link.answered(answer);
    Wire made = new Wire(connected, tls, loop, time);
    connected.configureBlocking(false);
    wire = made;
    ClientUpgradeInfo info = engine.processResponse(answer.toTyrus(), made, reason -> {});
    if (info.getUpgradeStatus() != ClientUpgradeStatus.SUCCESS) {
      // Tyrus has told its caller why. What asks for another request is not what this can do.
      if (info.getUpgradeStatus() == ClientUpgradeStatus.ANOTHER_UPGRADE_REQUEST_REQUIRED) {
        engine.processError(new IOException("answered " + answer.status()));
      }
      made.abort();
      return;
    }
    made.start(
        settings.maxFrameBytes(),
        settings.maxMessageBytes(),
        link.connected(info.createConnection()),
        answer.rest());
    if (aborted) {
      made.abort();
    }
  }

  private static StringBuilder text(UpgradeRequest request) {
    URI uri = request.getRequestURI();
    String path = uri.getRawPath();
    StringBuilder text = new StringBuilder("GET ");
    text.append(path == null || path.isEmpty() ? "/" : path);
    if (uri.getRawQuery() != null) {
      text.append('?').append(uri.getRawQuery());
    }
    text.append(" HTTP/1.1\r\n");
    for (Map.Entry<String, List<String>> header : request.getHeaders().entrySet()) {
      String value = String.join(", ", header.getValue());
      text.append(header.getKey()).append(": ").append(value).append("\r\n");
    }
    return text.append("\r\n");
  }

  private SSLContext context() throws IOException {
    SSLContext given = settings.tls();
    if (given != null) {
      return given;
    }
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IOException("the JVM has no TLS", e);
    }
  }

  // ---------------------------------------------------------------- helpers

  private static void writeAll(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static ByteBuffer ascii(CharSequence text) {
    return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  // An address of IPv6 stands in brackets in a URI.
  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private int millisLeft() throws SocketTimeoutException {
    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    if (left <= 0) {
      throw new SocketTimeoutException("the handshake took too long");
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }

  /** Reads within what is left of the handshake's time. */
  private final class Timed extends InputStream {
    private final InputStream in;

    Timed(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      throw new EOFException("nobody reads single bytes");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      SocketChannel open = channel;
      if (open == null) {
        throw new ClosedChannelException();
      }
      open.socket().setSoTimeout(millisLeft());
      return in.read(into, offset, length);
    }
  }
}
