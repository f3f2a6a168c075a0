package dev.parley.websocket;

import dev.parley.Gap;
import dev.parley.Position;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.SourceRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Feeds: a socket whose first message, if there is one, says what is wanted. */
final class FeedSource implements PushSource {
  private final WebSocketDriver driver;

  FeedSource(WebSocketDriver driver) {
    this.driver = driver;
  }

  @Override
  public void check(SourceRequest request) {
    SourceRequest.OfStream stream = stream(request);
    boolean resumes = driver.binding(stream.operation()).replay() != null;
    if (driver.settings().replays() && !resumes) {
      throw Failures.refused(
          "the channel was opened with replays, but the operation "
              + stream.operation().name()
              + " does not say how to resume: bind it with WebSocket.at(…).replay(…)");
    }
    if (request.from() != null && !driver.settings().replays()) {
      throw Failures.refused(
          "the feed "
              + stream.operation().name()
              + " cannot start from a position, since the server is not known to replay: if it"
              + " does, open the channel with replays=true");
    }
  }

  @Override
  public PushLink connect(SourceRequest request, Inlet inlet) throws Exception {
    SourceRequest.OfStream stream = stream(request);
    WebSocket binding = driver.binding(stream.operation());
    SessionLink link =
        driver.connect(stream.operation(), stream.headers(), inlet, continuity(stream), true);
    boolean greeted = false;
    try {
      Object greeting = greeting(stream, binding);
      if (greeting != null) {
        link.offer(greeting);
      }
      greeted = true;
      return link;
    } finally {
      if (!greeted) {
        link.abort();
      }
    }
  }

  private @Nullable Object greeting(SourceRequest.OfStream stream, WebSocket binding) {
    Replay replay = binding.replay();
    if (replay == null || !driver.settings().replays()) {
      return stream.request();
    }
    Position from = stream.from();
    return replay.subscribe(stream.request(), from == null ? Optional.empty() : from.value());
  }

  private @Nullable Continuity continuity(SourceRequest.OfStream stream) {
    if (!driver.settings().replays()) {
      return null;
    }
    return stream.from() == null && stream.connection() > 1
        ? new Continuity(Gap.POSSIBLE, "nothing came yet that has a position")
        : new Continuity(Gap.NONE, "the server replays");
  }

  private static SourceRequest.OfStream stream(SourceRequest request) {
    if (request instanceof SourceRequest.OfStream stream) {
      return stream;
    }
    throw Failures.refused("feeds over WebSocket are streams, not queues");
  }
}
