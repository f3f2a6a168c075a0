package dev.parley.graphql;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.PartialFailure;
import dev.parley.http.Json;
import dev.parley.http.LinkAttempt;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inlet;
import dev.parley.spi.SourceRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/** One subscription in one answer, which is read by a thread of its own. */
abstract class AnswerLink extends SubscriptionLink implements Runnable {
  private final SubscribeExchange exchange;
  private final LinkAttempt<Response> attempt;
  private final Response response;
  private final @Nullable Duration credentialsLeft;

  AnswerLink(
      Bound<?> bound,
      SourceRequest.OfStream request,
      Inlet inlet,
      SubscribeExchange exchange,
      LinkAttempt<Response> attempt,
      Response response) {
    super(bound, request, inlet);
    this.exchange = exchange;
    this.attempt = attempt;
    this.response = response;
    this.credentialsLeft = exchange.credentialsLeft();
  }

  /**
   * Reads until the connection ends; each sign of life is told to the inlet.
   *
   * @throws EndOfStream when the server says that all is said
   */
  abstract void read(ResponseBody body) throws IOException, InterruptedException, EndOfStream;

  @Override
  public final void run() {
    try (Response answer = response) {
      read(answer.body());
      lost(new EndOfStream());
    } catch (EndOfStream e) {
      inlet().ended();
    } catch (Throwable e) {
      lost(e);
    }
  }

  /** Takes the result of an event, or of a request that was refused: that alone has no data. */
  final void next(Json result) throws InterruptedException {
    if (result.at("/errors") != null && result.at("/data") == null) {
      throw Errors.failure(bound(), errors(result), false, response);
    }
    deliver(result);
  }

  /** Returns the failure of a server that cannot go on with a subscription. */
  final ParleyException brokenOff(Json message) {
    Failure failure =
        Failure.of(
            Kind.PROTOCOL,
            Effect.POSSIBLE,
            bound().describe() + " was broken off by the server with errors; see errors()");
    return Errors.failure(bound(), failure, errors(message), response);
  }

  /** Reads a message. */
  final Json json(byte[] bytes) {
    try {
      return Json.of(bytes);
    } catch (IllegalArgumentException e) {
      throw Problems.protocol("the server sent a message that is not JSON");
    }
  }

  private List<PartialFailure> errors(Json message) {
    return Errors.of(message, bound().transport().context().codecs());
  }

  private void lost(Throwable cause) {
    if (isOver()) {
      return;
    }
    if (cause instanceof ParleyException refused && refused.kind() == Kind.AUTHENTICATION) {
      exchange.renewCredentials(refused); // for the next connect
    }
    inlet().lost(cause);
  }

  @Override
  final Response response() {
    return response;
  }

  @Override
  public final @Nullable Duration credentialsLeft() {
    return credentialsLeft;
  }

  @Override
  public final <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(response)
        ? Optional.of(nativeType.cast(response))
        : Optional.empty();
  }

  // Whoever hangs up unsubscribes.
  @Override
  public final void close() {
    abort();
  }

  @Override
  public final void abort() {
    release();
    attempt.cancel();
  }
}
