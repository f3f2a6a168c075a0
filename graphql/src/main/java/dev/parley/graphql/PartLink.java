package dev.parley.graphql;

import dev.parley.http.Json;
import dev.parley.http.LinkAttempt;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inlet;
import dev.parley.spi.SourceRequest;
import java.io.IOException;
import okhttp3.MultipartReader;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;

/** One subscription as parts of an answer, by the protocol of Apollo's router. */
final class PartLink extends AnswerLink {
  PartLink(
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
    MultipartReader parts = new MultipartReader(body);
    for (var part = parts.nextPart(); part != null; part = parts.nextPart()) {
      take(json(content(part.body())));
    }
    throw new EndOfStream();
  }

  private byte[] content(BufferedSource source) throws IOException {
    long limit = bound().transport().maxResponseBytes();
    Buffer content = new Buffer();
    while (source.read(content, 8192) >= 0) {
      inlet().alive();
      if (content.size() > limit) {
        throw Problems.tooLarge(bound());
      }
    }
    return content.readByteArray();
  }

  // What has no payload is a sign of life.
  private void take(Json message) throws InterruptedException {
    Json payload = message.at("/payload");
    if (payload != null && !payload.isNull()) {
      next(payload);
    } else if (message.at("/errors") != null) {
      throw brokenOff(message);
    }
  }
}
