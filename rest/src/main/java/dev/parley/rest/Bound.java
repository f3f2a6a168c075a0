package dev.parley.rest;

import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.http.Bodies;
import dev.parley.http.Http;
import dev.parley.http.HttpHeaders;
import dev.parley.http.HttpOperation;
import dev.parley.http.HttpTransport;
import dev.parley.spi.Codecs;
import java.util.Map;
import java.util.Optional;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One operation at one endpoint, with all that can be worked out before its first call. */
final class Bound<R> {
  private static final TypeRef<Map<String, Object>> OBJECT = new TypeRef<>() {};
  private static final int ERROR_LIMIT = 64 * 1024;

  final HttpOperation http;
  final @Nullable Pages pages;
  final Idempotency idempotency;
  final Reader<R> reader;
  final HttpTransport transport;

  Bound(Operation<?, R> operation, Http http, HttpTransport transport, String base) {
    this.transport = transport;
    Codecs codecs = transport.context().codecs();
    this.reader =
        new Reader<>(operation.name(), operation.replyType(), codecs, transport.maxResponseBytes());
    this.http = new HttpOperation(operation, http, codecs, base, reader.accept());
    this.idempotency = this.http.idempotency();
    this.pages = operation.binding(Pages.class);
  }

  /** Binds and encodes one request. */
  RestExchange<R> exchange(@Nullable Object request) {
    return new RestExchange<>(this, http.request(request));
  }

  /** Reads the beginning of an answer that says no. */
  RestException.Answered answered(Response response) {
    byte[] bytes = Bodies.readSome(response, ERROR_LIMIT);
    String contentType = response.header("Content-Type");
    Payload body = Payload.of(bytes, contentType == null ? "" : contentType);
    TypeRef<?> error = http.error();
    return new RestException.Answered(
        response,
        HttpHeaders.from(response.headers()),
        body,
        problem(body),
        error == null ? null : decoded(error, body));
  }

  private @Nullable Problem problem(Payload body) {
    Optional<String> type = body.contentType();
    if (type.isEmpty() || !type.get().regionMatches(true, 0, "application/problem+json", 0, 24)) {
      return null;
    }
    Map<String, Object> members = decoded(OBJECT, body);
    return members == null ? null : Problem.of(members);
  }

  private <E> @Nullable E decoded(TypeRef<E> type, Payload body) {
    try {
      return transport.context().codecs().decode(type, body);
    } catch (RuntimeException e) {
      return null; // the status is the news; the body only explains it
    }
  }
}
