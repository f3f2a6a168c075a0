package dev.parley.samples.webhooks;

import dev.parley.webhook.Reply;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhooks.InboxEndpoint;
import java.io.IOException;
import java.util.Objects;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.pathmap.PathSpec;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.PathMappingsHandler;
import org.eclipse.jetty.util.Callback;

/** Jetty 12 without servlets; with them there is {@link dev.parley.webhooks.InboxServlet}. */
final class JettyInbox extends Handler.Abstract {
  private final InboxEndpoint endpoint;

  JettyInbox(InboxEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  static Server serve(InboxEndpoint endpoint, int port) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    server.addConnector(connector);
    PathMappingsHandler paths = new PathMappingsHandler();
    paths.addMapping(PathSpec.from("/webhooks"), new JettyInbox(endpoint));
    server.setHandler(paths);
    server.start();
    return server;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws IOException {
    WebhookRequest.Builder webhook =
        WebhookRequest.builder()
            .method(request.getMethod())
            .url(request.getHttpURI().getPathQuery())
            .body(Content.Source.asInputStream(request), endpoint.maxBody());
    for (HttpField header : request.getHeaders()) {
      webhook.header(header.getName(), Objects.requireNonNullElse(header.getValue(), ""));
    }
    Reply reply = endpoint.receive(webhook.build());
    response.setStatus(reply.status());
    reply.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    Content.Sink.write(response, true, reply.body(), callback);
    return true;
  }
}
