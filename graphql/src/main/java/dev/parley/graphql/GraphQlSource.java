package dev.parley.graphql;

import static dev.parley.graphql.SubscriptionLink.patience;

import dev.parley.http.HttpExchange;
import dev.parley.http.LinkAttempt;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Time;
import okhttp3.Response;

/** Subscriptions of one endpoint, each on a connection of its own. */
final class GraphQlSource implements PushSource {
  private final GraphQlDriver driver;
  private final Sockets sockets;

  GraphQlSource(GraphQlDriver driver, Sockets sockets) {
    this.driver = driver;
    this.sockets = sockets;
  }

  @Override
  public void check(SourceRequest request) {
    SourceRequest.OfStream stream = stream(request);
    Bound<?> bound = driver.bound(stream.operation());
    if (bound.type() != Document.Type.SUBSCRIPTION) {
      throw Problems.refused(
          "the operation "
              + stream.operation().name()
              + " is a "
              + bound.describe()
              + ", which is no stream: open a CallChannel for it");
    }
    if (bound.graphQl().isBatch()) {
      throw Problems.refused("subscriptions cannot be sent as a batch");
    }
    if (request.from() != null) {
      throw Problems.refused(
          "a subscription of GraphQL cannot begin at a position: its protocol knows none");
    }
    if (!bound.encode(stream.request()).files().isEmpty()) {
      throw Problems.refused("a subscription cannot carry files");
    }
  }

  @Override
  public PushLink connect(SourceRequest request, Inlet inlet) throws Exception {
    SourceRequest.OfStream stream = stream(request);
    Bound<?> bound = driver.bound(stream.operation());
    return bound.settings().subscriptions() == SubscriptionProtocol.WEB_SOCKET
        ? bySocket(bound, stream, inlet)
        : byAnswer(bound, stream, inlet);
  }

  private PushLink bySocket(Bound<?> bound, SourceRequest.OfStream stream, Inlet inlet)
      throws Exception {
    LinkAttempt<SocketLink> attempt = new LinkAttempt<>(stream, time(bound), patience(stream));
    HttpExchange<SocketLink> handshake =
        sockets.open(bound, () -> new SocketLink(bound, stream, inlet, driver.newId()));
    SocketLink link = attempt.run(handshake);
    try {
      link.subscribe(bound.settings(), handshake.credentialsLeft());
    } catch (Throwable e) {
      link.abort();
      throw e;
    }
    return link;
  }

  private PushLink byAnswer(Bound<?> bound, SourceRequest.OfStream stream, Inlet inlet) {
    boolean events = bound.settings().subscriptions() == SubscriptionProtocol.SSE;
    SubscribeExchange exchange =
        new SubscribeExchange(bound, bound.encode(stream.request()), events);
    LinkAttempt<Response> attempt = new LinkAttempt<>(stream, time(bound), patience(stream));
    Response response = attempt.run(exchange);
    AnswerLink link =
        events
            ? new EventLink(bound, stream, inlet, exchange, attempt, response)
            : new PartLink(bound, stream, inlet, exchange, attempt, response);
    bound.transport().context().dedicated(driver.name(), link).start();
    return link;
  }

  private static Time time(Bound<?> bound) {
    return bound.transport().context().time();
  }

  private static SourceRequest.OfStream stream(SourceRequest request) {
    if (request instanceof SourceRequest.OfStream stream) {
      return stream;
    }
    throw Problems.refused("subscriptions are streams, not queues");
  }
}
