package dev.parley.graphql;

import graphql.ExecutionResult;
import io.undertow.server.HttpHandler;
import io.undertow.util.Headers;
import io.undertow.websockets.WebSocketConnectionCallback;
import io.undertow.websockets.WebSocketProtocolHandshakeHandler;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import io.undertow.websockets.core.protocol.version13.Hybi13Handshake;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import tools.jackson.databind.json.JsonMapper;

/** graphql-transport-ws on Undertow, which notes what arrives. */
final class JavaSockets {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Function<Map<String, Object>, ExecutionResult> execute;
  private final Set<WebSocketChannel> open = ConcurrentHashMap.newKeySet();
  private final List<Map<String, Object>> arrived = new CopyOnWriteArrayList<>();

  /** What is done with a greeting: null lets it in, a number closes with this code. */
  volatile Function<Object, Integer> doorman = payload -> null;

  /** Says by the header Authorization who may shake hands. */
  volatile Predicate<String> usher = authorization -> true;

  volatile String protocol = "graphql-transport-ws";

  JavaSockets(Function<Map<String, Object>, ExecutionResult> execute) {
    this.execute = execute;
  }

  /** Returns a handler that takes web sockets, and hands on the rest. */
  HttpHandler before(HttpHandler rest) {
    return exchange -> {
      boolean upgrade = exchange.getRequestHeaders().contains(Headers.SEC_WEB_SOCKET_KEY);
      if (upgrade && !usher.test(exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION))) {
        exchange.setStatusCode(401).endExchange();
        return;
      }
      handshake(rest).handleRequest(exchange);
    };
  }

  private HttpHandler handshake(HttpHandler rest) {
    return new WebSocketProtocolHandshakeHandler(
        List.of(new Hybi13Handshake(Set.of(protocol), false)),
        (WebSocketConnectionCallback)
            (handshake, channel) -> {
              Listener listener = new Listener();
              open.add(channel);
              channel.addCloseTask(closed -> {
                open.remove(closed);
                listener.cancel();
              });
              channel.getReceiveSetter().set(listener);
              channel.resumeReceives();
            },
        rest);
  }

  /** Returns the messages of a type that arrived. */
  List<Map<String, Object>> arrived(String type) {
    return arrived.stream().filter(each -> type.equals(each.get("type"))).toList();
  }

  /** Closes all sockets with a code. */
  void close(int code) {
    open.forEach(each -> WebSockets.sendClose(code, "", each, null));
  }

  /** Sends text to all sockets. */
  void send(String text) {
    open.forEach(each -> WebSockets.sendText(text, each, null));
  }

  private final class Listener extends AbstractReceiveListener {
    private final Map<Object, Subscription> running = new ConcurrentHashMap<>();

    @Override
    @SuppressWarnings("unchecked")
    protected void onFullTextMessage(WebSocketChannel channel, BufferedTextMessage text) {
      Map<String, Object> message = JSON.readValue(text.getData(), Map.class);
      arrived.add(message);
      switch (String.valueOf(message.get("type"))) {
        case "connection_init" -> {
          Integer code = doorman.apply(message.get("payload"));
          if (code == null) {
            send(channel, Map.of("type", "connection_ack"));
          } else {
            WebSockets.sendClose(code, "", channel, null);
          }
        }
        case "ping" -> send(channel, Map.of("type", "pong"));
        case "subscribe" ->
            subscribe(channel, message.get("id"), (Map<String, Object>) message.get("payload"));
        case "complete" -> {
          Subscription subscription = running.remove(message.get("id"));
          if (subscription != null) {
            subscription.cancel();
          }
        }
        default -> {}
      }
    }

    void cancel() {
      running.values().forEach(Subscription::cancel);
    }

    private void subscribe(WebSocketChannel channel, Object id, Map<String, Object> payload) {
      ExecutionResult result = execute.apply(payload);
      Publisher<ExecutionResult> elements = result.getData();
      if (elements == null) {
        send(channel, message("error", id, result.toSpecification().get("errors")));
        return;
      }
      elements.subscribe(
          new Subscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
              running.put(id, subscription);
              subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ExecutionResult element) {
              send(channel, message("next", id, element.toSpecification()));
            }

            @Override
            public void onError(Throwable failure) {
              WebSockets.sendClose(4500, "", channel, null);
            }

            @Override
            public void onComplete() {
              send(channel, message("complete", id, null));
            }
          });
    }

    private static Map<String, Object> message(String type, Object id, Object payload) {
      Map<String, Object> message = new HashMap<>(Map.of("type", type, "id", id));
      if (payload != null) {
        message.put("payload", payload);
      }
      return message;
    }

    private static void send(WebSocketChannel channel, Map<String, Object> message) {
      WebSockets.sendText(JSON.writeValueAsString(message), channel, null);
    }
  }
}
