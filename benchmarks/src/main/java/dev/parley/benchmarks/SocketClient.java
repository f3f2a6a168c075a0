package dev.parley.benchmarks;

import dev.parley.DuplexChannel;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Session;
import dev.parley.SessionOptions;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.WebSocketListener;
import org.glassfish.tyrus.client.ClientManager;

/** A WebSocket client: sends text, and takes what comes. */
interface SocketClient extends AutoCloseable {
  /** Returns when the message was taken over for sending, within bounds. */
  void send(String text) throws Exception;

  String receive() throws Exception;

  @Override
  void close() throws Exception;

  /** Who. */
  enum Kind {
    TYRUS("Tyrus on Grizzly, raw"),
    PARLEY("Parley"),
    OKHTTP("OkHttp"),
    JDK("JDK");

    final String title;

    Kind(String title) {
      this.title = title;
    }

    SocketClient open(String uri) throws Exception {
      return switch (this) {
        case TYRUS -> new OnTyrus(uri);
        case PARLEY -> new OnParley(uri);
        case OKHTTP -> new OnOkHttp(uri);
        case JDK -> new OnJdk(uri);
      };
    }
  }

  /** Through the engine. */
  final class OnParley implements SocketClient {
    private final Parley parley = Parley.create();
    private final Session<String, String> session;

    OnParley(String uri) {
      session =
          parley
              .open(uri, DuplexChannel.class)
              .open(Operation.of("talk", String.class, String.class), SessionOptions.DEFAULT);
    }

    @Override
    public void send(String text) throws InterruptedException {
      session.send(text);
    }

    @Override
    public String receive() throws InterruptedException {
      return session.inbound().poll(Duration.ofSeconds(30)).orElseThrow().body();
    }

    @Override
    public void close() {
      parley.close(Duration.ofSeconds(2));
    }
  }

  /** What all others have: a queue for what comes. */
  abstract class Queued implements SocketClient {
    final BlockingQueue<String> incoming = new ArrayBlockingQueue<>(1024);

    final void came(String text) {
      try {
        incoming.put(text);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public String receive() throws InterruptedException {
      return incoming.take();
    }
  }

  /** With its blocking remote, since the other one has no bounds. */
  final class OnTyrus extends Queued {
    private final jakarta.websocket.Session session;

    OnTyrus(String uri) throws Exception {
      ClientManager client =
          ClientManager.createClient(
              "org.glassfish.tyrus.container.grizzly.client.GrizzlyClientContainer");
      session =
          client.connectToServer(
              new Endpoint() {
                @Override
                public void onOpen(jakarta.websocket.Session opened, EndpointConfig config) {
                  opened.addMessageHandler(String.class, OnTyrus.this::came);
                }
              },
              ClientEndpointConfig.Builder.create().build(),
              URI.create(uri));
    }

    @Override
    public void send(String text) throws IOException {
      session.getBasicRemote().sendText(text);
    }

    @Override
    public void close() throws IOException {
      session.close();
    }
  }

  /** With TCP_NODELAY, without which 16 KiB take 40 ms. */
  final class OnOkHttp extends Queued {
    private static final long MOST_QUEUED = 256 << 10;

    private final OkHttpClient client =
        new OkHttpClient.Builder().socketFactory(new NoDelay()).build();
    private final okhttp3.WebSocket socket;

    OnOkHttp(String uri) {
      socket =
          client.newWebSocket(
              new Request.Builder().url(uri).build(),
              new WebSocketListener() {
                @Override
                public void onMessage(okhttp3.WebSocket webSocket, String text) {
                  came(text);
                }
              });
    }

    @Override
    public void send(String text) throws IOException {
      while (socket.queueSize() > MOST_QUEUED) {
        Thread.yield();
      }
      if (!socket.send(text)) {
        throw new IOException("it is closed");
      }
    }

    @Override
    public void close() {
      socket.close(1000, null);
      client.dispatcher().executorService().shutdown();
    }
  }

  /** One outstanding send at a time, as it demands. */
  final class OnJdk extends Queued implements WebSocket.Listener {
    private final WebSocket socket;
    private final StringBuilder parts = new StringBuilder();

    OnJdk(String uri) {
      socket =
          HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(uri), this).join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        came(parts.toString());
        parts.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public void send(String text) {
      socket.sendText(text, true).join();
    }

    @Override
    public void close() {
      socket.sendClose(1000, "").join();
    }
  }
}
