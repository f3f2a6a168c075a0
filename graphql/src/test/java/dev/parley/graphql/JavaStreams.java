package dev.parley.graphql;

import graphql.ExecutionResult;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import tools.jackson.databind.json.JsonMapper;

/** Subscriptions in answers on Undertow: graphql-sse, and the multipart protocol of Apollo. */
final class JavaStreams {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long HEARTBEAT = 50; // ms
  private static final String PART = "\r\ncontent-type: application/json\r\n\r\n%s\r\n--graphql";

  /** How a protocol writes. */
  private record Framing(
      String type, String begin, String next, String heartbeat, String complete) {}

  private static final Framing EVENTS =
      new Framing(
          "text/event-stream",
          ":\n\n",
          "event: next\ndata: %s\n\n",
          ":\n\n",
          "event: complete\ndata:\n\n");
  private static final Framing PARTS =
      new Framing(
          "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0",
          "\r\n--graphql",
          PART.replace("%s", "{\"payload\":%s}"),
          PART.replace("%s", "{}"),
          "--\r\n");

  private final Set<Running> open = ConcurrentHashMap.newKeySet();

  /** Returns whether the request was for a stream, and has been answered by one, to its end. */
  boolean answer(HttpServerExchange exchange, ExecutionResult result) throws Exception {
    String accept = String.valueOf(exchange.getRequestHeaders().getFirst(Headers.ACCEPT));
    boolean events = accept.contains("text/event-stream");
    Publisher<ExecutionResult> elements =
        result.getData() instanceof Publisher ? result.getData() : null;
    if (!events && (!accept.contains("subscriptionSpec") || elements == null)) {
      return false;
    }
    Framing framing = events ? EVENTS : PARTS;
    Running running = new Running(framing);
    open.add(running);
    try {
      if (elements == null) {
        running.next(result);
        running.onComplete();
      } else {
        elements.subscribe(running);
      }
      exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, framing.type);
      running.write(exchange.getOutputStream());
    } catch (IOException e) {
      exchange.endExchange(); // whoever subscribed has gone
    } finally {
      open.remove(running);
      running.cancel();
    }
    return true;
  }

  /** Returns how many answers go on. */
  int running() {
    return open.size();
  }

  /** Ends all answers, without a word. */
  void cut() {
    open.forEach(each -> each.waiting.add(Running.END));
  }

  private static final class Running implements Subscriber<ExecutionResult> {
    static final String END = "";

    final BlockingQueue<String> waiting = new LinkedBlockingQueue<>();
    private final Framing framing;
    private volatile Subscription subscription;

    Running(Framing framing) {
      this.framing = framing;
    }

    void write(OutputStream out) throws IOException, InterruptedException {
      String text = framing.begin;
      while (!text.equals(END)) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        text = waiting.poll(HEARTBEAT, TimeUnit.MILLISECONDS);
        text = text == null ? framing.heartbeat : text;
      }
      out.close();
    }

    void cancel() {
      if (subscription != null) {
        subscription.cancel();
      }
    }

    void next(ExecutionResult result) {
      waiting.add(framing.next.formatted(JSON.writeValueAsString(result.toSpecification())));
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
      subscription = newSubscription;
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ExecutionResult element) {
      next(element);
    }

    @Override
    public void onError(Throwable failure) {
      waiting.add(END);
    }

    @Override
    public void onComplete() {
      waiting.add(framing.complete);
      waiting.add(END);
    }
  }
}
