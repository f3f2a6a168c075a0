package dev.parley.http;

import dev.parley.Failure;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.RemoteException;
import dev.parley.spi.Attempt;
import dev.parley.spi.BlockingExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One call over HTTP: an adapter says what the request is and how its answer is read; this sends
 * it, follows redirects of safe requests, and states the facts of what goes wrong.
 *
 * @param <T> the type of the result
 */
public abstract class HttpExchange<T> implements BlockingExchange<T> {
  private final HttpTransport transport;
  private final Idempotency idempotency;

  private volatile @Nullable Object credential; // of the last attempt
  private volatile boolean misdirected;
  private volatile @Nullable StoredFailure stored;

  /**
   * Creates it.
   *
   * @param idempotency what a repetition would do
   */
  protected HttpExchange(HttpTransport transport, Idempotency idempotency) {
    this.transport = transport;
    this.idempotency = idempotency;
  }

  /** Returns the request in words, without what the caller put in: {@code POST /orders/{id}}. */
  protected abstract String describe();

  /** Returns the request of one attempt; its headers come from {@link #headers}. */
  protected abstract Request request(Attempt<T> attempt);

  /**
   * Reads an answer that says yes, whole, and closes it; or hands it on as a stream.
   *
   * @throws IOException if the answer broke off
   */
  protected abstract T read(Response response) throws IOException;

  /**
   * Asks for another protocol and waits for the answer, which is {@link #accepts accepted} or
   * refused like any; {@link Attempt#onCancel} must make it return. Defaults to null: the request
   * is plain HTTP.
   *
   * @throws IOException if there was no answer
   */
  protected @Nullable Response upgrade(Request request, Attempt<T> attempt) throws IOException {
    return null;
  }

  /** Returns whether an answer is for {@link #read}. Defaults to any 2xx. */
  protected boolean accepts(Response response) {
    return response.isSuccessful();
  }

  /**
   * Returns whether the answer goes on for longer than a credential may be good. Defaults to no.
   */
  protected boolean lasts() {
    return false;
  }

  /** Returns how long the credential of the last attempt is still good, or null if not known. */
  public final @Nullable Duration credentialsLeft() {
    return transport.auth().left(transport, credential);
  }

  /** Returns the failure of an answer that says no. It may read the answer's beginning. */
  protected ParleyException refused(Failure failure, Response response) {
    return new RemoteException(
        failure, Integer.toString(response.code()), HttpHeaders.from(response.headers()), null);
  }

  /** Returns all headers of an attempt: those given, the caller's, key, deadline, credential. */
  protected final Headers headers(Headers base, Attempt<T> attempt) {
    return transport.headers(base, attempt, credential);
  }

  @Override
  public final T execute(Attempt<T> attempt) {
    long started = transport.time().nanoTime();
    Flight flight = new Flight(attempt);
    try {
      Auth auth = transport.auth();
      Object current =
          lasts()
              ? auth.lastingCredential(transport, attempt)
              : auth.credential(transport, attempt);
      credential = current;
      Response response = send(auth.sign(request(attempt), current), flight, attempt);
      try {
        if (accepts(response)) {
          return read(response);
        }
        throw refused(response);
      } catch (Throwable e) {
        response.close();
        throw e;
      }
    } catch (IOException e) {
      throw failed(e, flight, attempt, started);
    } catch (UncheckedIOException e) {
      // Its cause is never null.
      throw failed(Objects.requireNonNull(e.getCause()), flight, attempt, started);
    }
  }

  @Override
  public final void start(Attempt<T> attempt) {
    transport
        .executor()
        .execute(() -> {
          if (attempt.isCancelled()) {
            return;
          }
          try {
            attempt.succeed(execute(attempt));
          } catch (Throwable e) {
            attempt.fail(e);
          }
        });
  }

  @Override
  public final boolean renewCredentials(ParleyException refused) {
    return !(refused instanceof TokenException) && transport.auth().renew(transport, credential);
  }

  private Response send(Request first, Flight flight, Attempt<T> attempt) throws IOException {
    Request request = first;
    for (int redirects = 0; ; redirects++) {
      Response response = upgrade(request, attempt);
      if (response == null) {
        Call call = transport.client().newCall(request);
        flight.begins(call);
        response = call.execute();
      }
      if (!Redirects.isRedirect(response.code()) || idempotency != Idempotency.SAFE) {
        return response;
      }
      try (Response redirect = response) {
        if (redirects == Redirects.MAX) {
          throw Redirects.tooMany(describe(), redirect);
        }
        request = Redirects.next(describe(), request, redirect);
      }
    }
  }

  private ParleyException refused(Response response) {
    Failure failure =
        Statuses.failure(
            describe(),
            response,
            idempotency,
            transport.treats503AsNotProcessed(),
            misdirected,
            transport.time().now());
    if (idempotency == Idempotency.KEYED && isStored(response)) {
      failure =
          new Failure(
              Kind.PERMANENT,
              failure.effect(),
              failure.message() + ", which it has stored under the idempotency key",
              failure.cause(),
              failure.retryAfter());
    }
    ParleyException refused = refused(failure, response);
    if (response.code() == 421 || response.code() == 425) {
      misdirected = true;
      response.close();
      // The connection led to the wrong place: the next attempt makes a new one.
      transport.client().connectionPool().evictAll();
    }
    return refused;
  }

  private boolean isStored(Response response) {
    StoredFailure known = stored;
    if (known == null) {
      known = new StoredFailure();
      stored = known;
    }
    return known.isAnsweredBy(response);
  }

  private ParleyException failed(
      IOException failure, Flight flight, Attempt<T> attempt, long started) {
    if (HttpFailures.isNotProcessed(failure)) {
      attempt.notProcessed();
    }
    boolean timedOut =
        attempt.isCancelled()
            && transport.time().nanoTime() - started >= attempt.timeoutNanos() / 2;
    if (timedOut && flight.wasMultiplexed()) {
      // Cancelling resets the stream only; if the peer is frozen, so is the connection. It is
      // idle now unless other calls use it, and then the ping finds out.
      transport.client().connectionPool().evictAll();
    }
    return HttpFailures.translate(failure, flight.wasSent());
  }
}
