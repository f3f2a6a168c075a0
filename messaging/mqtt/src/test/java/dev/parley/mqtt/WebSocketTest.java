package dev.parley.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.ReconnectPolicy;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.testkit.fault.FaultProxy;
import io.undertow.Undertow;
import io.undertow.server.handlers.PathHandler;
import io.undertow.websockets.WebSocketConnectionCallback;
import io.undertow.websockets.WebSocketProtocolHandshakeHandler;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedBinaryMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import io.undertow.websockets.core.protocol.version13.Hybi13Handshake;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xnio.Pooled;

/** MQTT over WebSocket: through Undertow, which hands its bytes on to Mosquitto. */
class WebSocketTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Undertow server =
      Undertow.builder()
          .addHttpListener(0, "127.0.0.1")
          .setHandler(
              new PathHandler()
                  .addPrefixPath(
                      "/mqtt",
                      new WebSocketProtocolHandshakeHandler(
                          List.of(new Hybi13Handshake(Set.of("mqtt"), false)), new Bridge())))
          .build();
  private FaultProxy proxy;

  /** Hands bytes on, in both directions. */
  private static final class Bridge implements WebSocketConnectionCallback {
    @Override
    public void onConnect(
        io.undertow.websockets.spi.WebSocketHttpExchange exchange, WebSocketChannel channel) {
      try {
        Socket broker = new Socket(InetAddress.getLoopbackAddress(), Mosquitto.shared().port());
        Thread back = new Thread(() -> back(broker, channel), "mqtt-bridge");
        back.setDaemon(true);
        back.start();
        channel
            .getReceiveSetter()
            .set(
                new AbstractReceiveListener() {
                  @Override
                  protected void onFullBinaryMessage(
                      WebSocketChannel from, BufferedBinaryMessage message) throws IOException {
                    try (Pooled<ByteBuffer[]> data = message.getData()) {
                      for (ByteBuffer buffer : data.getResource()) {
                        byte[] bytes = new byte[buffer.remaining()];
                        buffer.get(bytes);
                        broker.getOutputStream().write(bytes);
                      }
                    }
                  }
                });
        channel.addCloseTask(closed -> close(broker));
        channel.resumeReceives();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    private static void back(Socket broker, WebSocketChannel channel) {
      byte[] buffer = new byte[8192];
      try (InputStream in = broker.getInputStream()) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          WebSockets.sendBinaryBlocking(
              ByteBuffer.wrap(java.util.Arrays.copyOf(buffer, count)), channel);
        }
        channel.close();
      } catch (IOException e) {
        close(broker);
      }
    }

    private static void close(Socket broker) {
      try {
        broker.close();
      } catch (IOException e) {
        // It has gone.
      }
    }
  }

  @BeforeEach
  void start() {
    server.start();
    int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    proxy = FaultProxy.to(port);
  }

  @AfterEach
  void stop() {
    proxy.close();
    server.stop();
  }

  @Test
  void sendsAndConsumesAndComesBackAfterACut() throws Exception {
    String uri = "mqtt+ws://127.0.0.1:" + proxy.port() + "/mqtt";
    Topic<String> topic = Topic.of("web/" + UUID.randomUUID(), String.class);
    try (Parley parley = Parley.create()) {
      List<State> states = new java.util.concurrent.CopyOnWriteArrayList<>();
      Subscription<Delivery<String>> received =
          parley
              .open(uri, QueueChannel.class)
              .consume(
                  topic,
                  ConsumeOptions.DEFAULT
                      .deadLetter(DeadLetter.LOG_AND_DROP)
                      .reconnect(ReconnectPolicy.DEFAULT.base(Duration.ofMillis(10)))
                      .listener(change -> states.add(change.to())));
      await().atMost(PATIENCE).until(() -> received.state() == State.OPEN);
      SendChannel sends = parley.open(uri, SendChannel.class);
      sends.send(topic, "one");
      Delivery<String> first = received.poll(PATIENCE).orElseThrow();
      assertThat(first.body()).isEqualTo("one");
      first.ack();

      proxy.cutAll();
      await()
          .atMost(PATIENCE)
          .until(() -> states.indexOf(State.RECOVERING) >= 0 && received.state() == State.OPEN);
      sends.send(topic.with(dev.parley.Idempotency.IDEMPOTENT), "two");
      Delivery<String> second = received.poll(PATIENCE).orElseThrow();
      if (second.body().equals("one")) { // its acknowledgement was lost with the connection
        second.ack();
        second = received.poll(PATIENCE).orElseThrow();
      }
      assertThat(second.body()).isEqualTo("two");
      second.ack();
    }
  }
}
