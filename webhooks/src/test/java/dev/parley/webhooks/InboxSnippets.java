package dev.parley.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.parley.Delivery;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.store.Inbox;
import dev.parley.store.MessageStore;
import dev.parley.testkit.MemoryStore;
import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookVerifier;
import jakarta.servlet.ServletContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.Executors;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;

class InboxSnippets {
  private static final String SECRET = "whsec_84d58326f521c7453f3d33374043e03f";
  private final MessageStore store = MemoryStore.create();

  // @start region="endpoint"
  static final Topic<Payload> PAYMENTS = Topic.of("payments", Payload.class);

  InboxEndpoint endpoint(Inbox inbox) {
    WebhookVerifier stripe = WebhookVerifier.create(Providers.STRIPE, SECRET);
    return InboxEndpoint.create(stripe, inbox, PAYMENTS);
  }

  void work(Parley parley, Inbox inbox) {
    QueueChannel queue = inbox.open(parley);
    queue.consume(PAYMENTS).run(delivery -> book(delivery.body().toText()));
  }

  // @end

  // @start region="jdk"
  HttpServer serve(InboxEndpoint endpoint, int port) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback, port), 0);
    server.setExecutor(Executors.newFixedThreadPool(16));
    server.createContext("/webhooks/stripe", new InboxHttpHandler(endpoint));
    server.start();
    return server;
  }

  // @end

  // @start region="servlet"
  void register(ServletContext context, InboxEndpoint endpoint) {
    context.addServlet("stripe", new InboxServlet(endpoint)).addMapping("/webhooks/stripe");
  }

  // @end

  private void book(String payment) {}

  @Test
  void takesSignedRequestsInBehindTheJdksServer() throws Exception {
    Inbox inbox = Inbox.create(store, "shop");
    HttpServer server = serve(endpoint(inbox), 0);
    try {
      check(inbox, server.getAddress().getPort());
    } finally {
      server.stop(0);
      ((java.util.concurrent.ExecutorService) server.getExecutor()).shutdownNow();
    }
  }

  @Test
  void takesSignedRequestsInBehindJetty() throws Exception {
    Inbox inbox = Inbox.create(store, "shop");
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    context.addServlet(new ServletHolder(new InboxServlet(endpoint(inbox))), "/webhooks/stripe");
    server.setHandler(context);
    server.start();
    try {
      check(inbox, connector.getLocalPort());
    } finally {
      server.stop();
    }
  }

  private void check(Inbox inbox, int port) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    URI uri = URI.create("http://127.0.0.1:" + port + "/webhooks/stripe?a=%2F");
    TestRequests requests = TestRequests.stripe(SECRET);
    byte[] body =
        "{\"id\":\"evt_1\",\"amount\":5}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(client.send(requests.http(uri, body), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    assertThat(client.send(requests.http(uri, body), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    assertThat(client.send(requests.forged(uri, body), BodyHandlers.ofString()).statusCode())
        .isEqualTo(401);
    byte[] large = new byte[(5 << 20) + 1];
    assertThat(client.send(requests.http(uri, large), BodyHandlers.ofString()).statusCode())
        .isEqualTo(413);

    try (Parley parley = Parley.create();
        Subscription<Delivery<Payload>> payments = inbox.open(parley).consume(PAYMENTS)) {
      Delivery<Payload> delivery = payments.poll(Receiver.PATIENCE).orElseThrow();
      assertThat(delivery.body().toByteArray()).isEqualTo(body);
      delivery.ack();
      await().atMost(Receiver.PATIENCE).until(() -> inbox.open(PAYMENTS) == 0);
    }
  }
}
