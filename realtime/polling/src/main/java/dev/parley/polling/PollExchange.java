package dev.parley.polling;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.ProtocolException;
import dev.parley.http.Bodies;
import dev.parley.http.HttpExchange;
import dev.parley.http.HttpHeaders;
import dev.parley.http.HttpRequest;
import dev.parley.http.Json;
import dev.parley.polling.Answer.Says;
import dev.parley.polling.Mark.Validators;
import dev.parley.spi.Attempt;
import dev.parley.spi.Time;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One poll on the wire. */
final class PollExchange extends HttpExchange<Answer> {
  /** Of what nobody reads, this much is worth reading so that the connection can be used again. */
  private static final long WORTH_DRAINING = 64 * 1024;

  private static final byte[] NO_BODY = new byte[0];

  private final BoundPoll bound;
  private final HttpRequest asked;
  private final String token;
  private final Validators validators;
  private final Duration hold;
  private long started;

  /**
   * Creates it.
   *
   * @param hold how long the server may hold it; zero if it shall answer at once
   */
  PollExchange(
      BoundPoll bound, HttpRequest asked, String token, Validators validators, Duration hold) {
    super(bound.transport, bound.http.idempotency());
    this.bound = bound;
    this.asked = asked;
    this.token = token;
    this.validators = validators;
    this.hold = hold;
  }

  @Override
  protected String describe() {
    return bound.http.toString();
  }

  @Override
  protected Request request(Attempt<Answer> attempt) {
    started = time().nanoTime();
    Poll poll = bound.poll;
    HttpHeaders headers = new HttpHeaders(headers(asked.headers(), attempt));
    if (!bound.http.hasBody()) {
      if (!validators.etag().isEmpty()) {
        headers.set("If-None-Match", validators.etag());
      }
      if (!validators.modified().isEmpty()) {
        headers.set("If-Modified-Since", validators.modified());
      }
    }
    if (bound.isLong) {
      // No cache on the way may answer in the server's place (RFC 6202).
      headers.set("Cache-Control", "no-cache");
      if (poll.holdParameter() == null) {
        headers.set("Prefer", "wait=" + hold.toSeconds());
      }
    }
    return asked.attempt(url(poll), headers.build());
  }

  private HttpUrl url(Poll poll) {
    String holdParameter = bound.isLong ? poll.holdParameter() : null;
    if (token.isEmpty() && holdParameter == null) {
      return asked.url();
    }
    HttpUrl.Builder url = asked.url().newBuilder();
    if (!token.isEmpty()) {
      url.setQueryParameter(poll.parameter(), token);
    }
    if (holdParameter != null) {
      long units = hold.toNanos() / poll.holdUnit().toNanos();
      url.setQueryParameter(holdParameter, Long.toString(units));
    }
    return url.build();
  }

  @Override
  protected boolean accepts(Response response) {
    return switch (response.code()) {
      case 304 -> true;
      case 408, 504 -> wasHeld();
      case 410 -> !token.isEmpty();
      default -> response.isSuccessful();
    };
  }

  @Override
  protected Answer read(Response response) throws IOException {
    boolean held = wasHeld();
    Duration retryAfter = bound.transport.retryAfter(response);
    Says says =
        switch (response.code()) {
          case 204, 205, 304, 408, 504 -> Says.NOTHING;
          case 410 -> Says.EXPIRED;
          default -> Says.SOMETHING;
        };
    byte[] body = NO_BODY;
    if (says == Says.SOMETHING) {
      body = Bodies.read(response, bound.transport.maxResponseBytes());
    } else {
      Bodies.readSome(response, WORTH_DRAINING);
    }
    if (body.length == 0 && says == Says.SOMETHING) {
      says = Says.NOTHING;
    }
    Json json = says == Says.SOMETHING ? json(response, body) : null;
    return new Answer(
        says,
        Payload.of(body, header(response, "Content-Type")),
        json,
        next(response, json),
        new Validators(header(response, "ETag"), header(response, "Last-Modified")),
        held,
        retryAfter,
        response);
  }

  private boolean wasHeld() {
    return !hold.isZero() && time().nanoTime() - started >= hold.toNanos() / 2;
  }

  private @Nullable Json json(Response response, byte[] body) {
    String type = header(response, "Content-Type").toLowerCase(Locale.ROOT);
    boolean declared = type.startsWith("application/json") || type.contains("+json");
    boolean needed = bound.poll.needsJson();
    if (!bound.takesAnything && (needed || !declared) && isHtml(type)) {
      throw malformed(
          "answered with an HTML page in place of data: a login page, or the notice of a proxy");
    }
    if (!needed && !declared) {
      return null;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
      return Json.of(body);
    } catch (CharacterCodingException e) {
      throw malformed("answered with JSON that is not valid UTF-8");
    } catch (IllegalArgumentException e) {
      throw malformed("answered with what is not JSON");
    }
  }

  private static boolean isHtml(String type) {
    return type.startsWith("text/html") || type.startsWith("application/xhtml");
  }

  private @Nullable String next(Response response, @Nullable Json json) {
    String found =
        switch (bound.poll.way()) {
          case CURSOR -> json == null ? null : json.text(bound.poll.source());
          case CURSOR_HEADER -> response.header(bound.poll.source());
          case NONE, SINCE -> null;
        };
    return found == null || found.isEmpty() ? null : found;
  }

  private ParleyException malformed(String what) {
    return new ProtocolException(
        Failure.of(Kind.PROTOCOL, Effect.POSSIBLE, describe() + " was " + what));
  }

  private Time time() {
    return bound.transport.context().time();
  }

  private static String header(Response response, String name) {
    String value = response.header(name);
    return value == null ? "" : value;
  }
}
