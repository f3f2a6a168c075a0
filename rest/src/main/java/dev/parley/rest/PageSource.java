package dev.parley.rest;

import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.spi.PollLink;
import dev.parley.spi.PollSource;
import dev.parley.spi.SourceRequest;
import org.jspecify.annotations.Nullable;

/** Listings as streams. */
final class PageSource implements PollSource {
  private final RestDriver driver;

  PageSource(RestDriver driver) {
    this.driver = driver;
  }

  @Override
  public void check(SourceRequest request) {
    SourceRequest.OfStream stream = stream(request);
    exchangeable(stream.operation(), stream.request());
    PageMark.of(request.from());
  }

  @Override
  public PollLink connect(SourceRequest request) {
    SourceRequest.OfStream stream = stream(request);
    RestExchange<?> first = exchangeable(stream.operation(), stream.request());
    PageLink link = new PageLink(first, stream, PageMark.of(request.from()));
    // A subscriber is told of a connection when the peer has answered, not before.
    link.fetchFirst();
    return link;
  }

  private RestExchange<?> exchangeable(Operation<?, ?> operation, @Nullable Object request) {
    Bound<?> bound = driver.bound(operation);
    if (bound.pages == null) {
      throw Problems.refused(
          "the operation "
              + operation.name()
              + " cannot be streamed, since its binding "
              + bound.http
              + " has no pages: add them, such as .bind(Pages.links())");
    }
    return bound.exchange(request);
  }

  private static SourceRequest.OfStream stream(SourceRequest request) {
    if (request instanceof SourceRequest.OfStream stream) {
      return stream;
    }
    throw Problems.refused("listings over HTTP are streams, not queues");
  }

  /**
   * A place in a listing: which page, and how many of its elements have been delivered.
   *
   * @param token what leads to the page; empty for the first one
   */
  record PageMark(int index, String token) {
    static PageMark of(@Nullable Position position) {
      String text = position == null ? "0:" : position.value().orElse("");
      int colon = text.indexOf(':');
      try {
        return new PageMark(Integer.parseInt(text.substring(0, colon)), text.substring(colon + 1));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw Problems.refused(
            "the position is not one of a listing over HTTP: it must come from such a stream");
      }
    }

    String text() {
      return index + ":" + token;
    }
  }

  /** Returns the failure of a page whose JSON is not what the binding says. */
  static ParleyException malformed(Bound<?> bound, String why) {
    return new dev.parley.ProtocolException(
        dev.parley.Failure.of(
            dev.parley.Kind.PROTOCOL,
            dev.parley.Effect.POSSIBLE,
            "a page of " + bound.http + " " + why));
  }
}
