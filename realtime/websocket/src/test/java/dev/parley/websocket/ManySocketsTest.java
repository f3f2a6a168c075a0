package dev.parley.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.DuplexChannel;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.spi.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** A thousand sockets, few threads. The server has one thread, so that it does not count. */
@Isolated
class ManySocketsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SOCKETS = 1_000;
  private static final int MOST_THREADS = 40;
  private static final long MOST_BYTES = 64 << 10;
  private static final Operation<String, String> ECHO =
      Operation.of("echo", String.class, String.class);

  /** Its clock goes ten times faster than the machine may be. */
  private static final SessionOptions OPTIONS =
      SessionOptions.DEFAULT.connectWithin(Duration.ofMinutes(10)).silence(Duration.ofDays(1));

  @Test
  @Tag("slow")
  @Timeout(300)
  void aThousandSocketsShareAtMostFortyThreads() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (EchoServer server = new EchoServer();
        Time time = new FastTime();
        Parley parley = Parley.builder().time(time).build()) {
      // A second of the machine is ten of the clock.
      DuplexChannel channel =
          parley.open(server.uri() + "?connectTimeout=5m&handshakeTimeout=5m", DuplexChannel.class);
      List<Session<String, String>> sessions = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        sessions.add(channel.open(ECHO, OPTIONS)); // what the first ones load
      }
      long heap = usedHeap();
      int counted = sessions.size();
      while (sessions.size() < SOCKETS) {
        sessions.add(channel.open(ECHO, OPTIONS));
      }
      for (int i = 0; i < SOCKETS; i++) {
        sessions.get(i).send("hello " + i);
      }
      for (int i = 0; i < SOCKETS; i++) {
        assertThat(sessions.get(i).inbound().poll(Duration.ofMinutes(10)).orElseThrow().body())
            .isEqualTo("hello " + i);
      }
      List<String> threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> !before.contains(thread))
              .map(Thread::getName)
              .filter(name -> !name.equals("echo-server"))
              .toList();
      long bytesEach = (usedHeap() - heap) / (SOCKETS - counted);
      System.out.println(
          SOCKETS
              + " sockets: "
              + threads.size()
              + " threads, "
              + bytesEach
              + " bytes of heap each,"
              + " both ends");

      await().atMost(PATIENCE).until(() -> server.open() == SOCKETS);
      assertThat(threads).hasSizeLessThanOrEqualTo(MOST_THREADS);
      assertThat(threads.stream().filter(name -> name.startsWith("parley-websocket-io")))
          .hasSizeLessThanOrEqualTo(4);
      assertThat(bytesEach).isLessThan(MOST_BYTES);
      sessions.forEach(Session::abort);
      await().atMost(PATIENCE).until(() -> server.open() == 0);
    }
  }

  /** Ten seconds in one: a thousand connects to one authority take 100 s, ten in each (BUD-5). */
  private static final class FastTime implements Time {
    private static final int FACTOR = 10;

    private final Time real = Time.system();
    private final long start = real.nanoTime();

    @Override
    public long nanoTime() {
      return start + FACTOR * (real.nanoTime() - start);
    }

    @Override
    public Instant now() {
      return real.now();
    }

    @Override
    public void schedule(dev.parley.spi.Timeout timeout, long delayNanos) {
      real.schedule(timeout, delayNanos / FACTOR);
    }

    @Override
    public boolean cancel(dev.parley.spi.Timeout timeout) {
      return real.cancel(timeout);
    }

    @Override
    public int scheduled() {
      return real.scheduled();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Answers each short text with itself. */
  private static final class EchoServer implements AutoCloseable {
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final Selector selector = Selector.open();
    private volatile int open;

    EchoServer() throws IOException {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
      server.configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
      Thread thread = new Thread(this::run, "echo-server");
      thread.setDaemon(true);
      thread.start();
    }

    String uri() throws IOException {
      return "ws://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    int open() {
      return open;
    }

    private void run() {
      ByteBuffer buffer = ByteBuffer.allocate(4096);
      while (selector.isOpen()) {
        try {
          selector.select();
          for (SelectionKey key : selector.selectedKeys()) {
            if (key.isAcceptable()) {
              SocketChannel accepted = server.accept();
              accepted.configureBlocking(false);
              accepted.register(selector, SelectionKey.OP_READ, new StringBuilder());
              open++;
            } else if (key.isValid()) {
              read(key, buffer.clear());
            }
          }
          selector.selectedKeys().clear();
        } catch (Exception e) {
          return; // closed
        }
      }
    }

    private void read(SelectionKey key, ByteBuffer buffer) throws Exception {
      SocketChannel channel = (SocketChannel) key.channel();
      try {
        int count = channel.read(buffer);
        if (count >= 0) {
          answer(key, channel, buffer.array(), count);
          return;
        }
      } catch (IOException e) {
        // The client has gone.
      }
      channel.close();
      open--;
    }

    private static void answer(SelectionKey key, SocketChannel channel, byte[] in, int count)
        throws Exception {
      if (key.attachment() instanceof StringBuilder head) {
        head.append(new String(in, 0, count, StandardCharsets.US_ASCII));
        if (head.indexOf("\r\n\r\n") >= 0) {
          channel.write(ByteBuffer.wrap(upgrade(head.toString())));
          key.attach(null);
        }
        return;
      }
      int length = in[1] & 127;
      byte[] echo = new byte[2 + length];
      echo[0] = in[0];
      echo[1] = (byte) length;
      for (int i = 0; i < length; i++) {
        echo[2 + i] = (byte) (in[6 + i] ^ in[2 + i % 4]);
      }
      channel.write(ByteBuffer.wrap(echo));
    }

    private static byte[] upgrade(String head) throws Exception {
      String key = head.split("Sec-WebSocket-Key: ")[1].split("\r\n")[0];
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes());
      return ("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
              + Base64.getEncoder().encodeToString(digest)
              + "\r\n\r\n")
          .getBytes();
    }

    @Override
    public void close() throws IOException {
      selector.close();
      server.close();
    }
  }
}
