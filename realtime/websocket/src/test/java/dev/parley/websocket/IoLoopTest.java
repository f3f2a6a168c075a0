package dev.parley.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The thread that waits for many sockets. */
class IoLoopTest {
  private static final int SOCKETS = 3_000;

  @Test
  void outlivesSocketsThatAnotherThreadClosesWhileTheyAreReady() throws Exception {
    IoLoop loop = new IoLoop("test-io");
    IoLoop.Waiting waiting =
        new IoLoop.Waiting() {
          @Override
          public void ready(int operations) {}

          @Override
          public void stopped() {}
        };
    try (ServerSocketChannel server =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      for (int i = 0; i < SOCKETS; i++) {
        try (SocketChannel peer = SocketChannel.open(server.getLocalAddress());
            SocketChannel socket = server.accept()) {
          socket.configureBlocking(false);
          CountDownLatch watched = new CountDownLatch(1);
          loop.execute(() -> {
            try {
              loop.register(socket, waiting).interestOps(SelectionKey.OP_READ);
            } catch (java.io.IOException e) {
              throw new IllegalStateException(e);
            }
            watched.countDown();
          });
          assertThat(watched.await(10, TimeUnit.SECONDS)).as("the loop at socket %d", i).isTrue();
          peer.write(ByteBuffer.allocate(1));
        }
      }
    } finally {
      loop.stop();
      loop.join();
    }
  }
}
