package dev.parley.samples.webhooks;

import dev.parley.webhook.Reply;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhooks.InboxEndpoint;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Vert.x: the body is collected on the event loop, the rest is a worker's, since it may block. */
final class VertxInbox implements Handler<HttpServerRequest> {
  private final Vertx vertx;
  private final InboxEndpoint endpoint;

  VertxInbox(Vertx vertx, InboxEndpoint endpoint) {
    this.vertx = vertx;
    this.endpoint = endpoint;
  }

  static Future<HttpServer> serve(Vertx vertx, InboxEndpoint endpoint, int port) {
    return vertx
        .createHttpServer()
        .requestHandler(new VertxInbox(vertx, endpoint))
        .listen(port, "127.0.0.1");
  }

  @Override
  public void handle(HttpServerRequest request) {
    Buffer body = Buffer.buffer();
    request.handler(chunk -> {
      if (body.length() <= endpoint.maxBody()) {
        body.appendBuffer(chunk);
        if (body.length() > endpoint.maxBody()) {
          receive(request, body); // and refuse it: the rest is thrown away until the answer is out
        }
      }
    });
    request.endHandler(end -> {
      if (body.length() <= endpoint.maxBody()) {
        receive(request, body);
      }
    });
  }

  private void receive(HttpServerRequest request, Buffer body) {
    vertx
        .executeBlocking(() -> endpoint.receive(webhook(request, body)), false)
        .onSuccess(reply -> answer(request, reply))
        .onFailure(unexpected -> request.response().setStatusCode(500).end());
  }

  private WebhookRequest webhook(HttpServerRequest request, Buffer body) throws IOException {
    WebhookRequest.Builder webhook =
        WebhookRequest.builder()
            .method(request.method().name())
            .url(request.uri())
            .body(new ByteArrayInputStream(body.getBytes()), endpoint.maxBody());
    request.headers().forEach((name, value) -> webhook.header(name, value));
    return webhook.build();
  }

  private static void answer(HttpServerRequest request, Reply reply) {
    request.response().setStatusCode(reply.status());
    reply.headers().forEach((name, value) -> request.response().putHeader(name, value));
    if (request.isEnded()) {
      request.response().end(reply.body());
    } else {
      request
          .response()
          .putHeader("Connection", "close")
          .end(reply.body())
          .onComplete(ended -> request.connection().close());
    }
  }
}
