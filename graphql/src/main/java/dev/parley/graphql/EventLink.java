package dev.parley.graphql;

import dev.parley.MessageTooLargeException;
import dev.parley.http.EventParser;
import dev.parley.http.LinkAttempt;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inlet;
import dev.parley.spi.SourceRequest;
import java.io.IOException;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/** One subscription as server-sent events, by graphql-sse. */
final class EventLink extends AnswerLink implements EventParser.Sink {
  EventLink(
      Bound<?> bound,
      SourceRequest.OfStream request,
      Inlet inlet,
      SubscribeExchange exchange,
      LinkAttempt<Response> attempt,
      Response response) {
    super(bound, request, inlet, exchange, attempt, response);
  }

  @Override
  void read(ResponseBody body) throws IOException, InterruptedException, EndOfStream {
    int limit = (int) Math.min(bound().transport().maxResponseBytes(), Integer.MAX_VALUE);
    EventParser parser = new EventParser(this, null, limit + "data: ".length(), limit);
    BufferedSource source = body.source();
    byte[] bytes = new byte[8192];
    for (int read = source.read(bytes); read >= 0; read = source.read(bytes)) {
      inlet().alive();
      parser.read(bytes, 0, read);
    }
  }

  @Override
  public void event(
      @Nullable String type, @Nullable String id, @Nullable String lastId, byte[] data)
      throws InterruptedException, EndOfStream {
    if ("complete".equals(type)) {
      throw new EndOfStream();
    }
    if ("next".equals(type)) {
      next(json(data));
    }
  }

  @Override
  public void moved(String lastId) {} // the protocol has no ids

  @Override
  public void retry(long millis) {
    inlet().reconnectHint(java.time.Duration.ofMillis(millis));
  }

  @Override
  public void comment(byte[] bytes, int from, int to) {} // a sign of life, as any byte is

  @Override
  public MessageTooLargeException tooLarge(boolean isLine) {
    return Problems.tooLarge(bound());
  }
}
