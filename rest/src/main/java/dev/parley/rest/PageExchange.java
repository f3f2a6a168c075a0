package dev.parley.rest;

import dev.parley.Failure;
import dev.parley.ParleyException;
import dev.parley.http.Bodies;
import dev.parley.http.HttpExchange;
import dev.parley.http.Json;
import dev.parley.rest.PageLink.Page;
import dev.parley.spi.Attempt;
import java.io.IOException;
import java.util.List;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Fetches one page. */
final class PageExchange extends HttpExchange<Page> {
  private final RestExchange<?> first;
  private final Bound<?> bound;
  private final Pages pages;
  private final String token;

  PageExchange(RestExchange<?> first, String token) {
    super(first.bound().transport, first.bound().idempotency);
    this.first = first;
    this.bound = first.bound();
    Pages declared = bound.pages;
    if (declared == null) {
      throw new IllegalStateException(bound.http + " has no pages");
    }
    this.pages = declared;
    this.token = token;
  }

  @Override
  protected String describe() {
    return bound.http.toString();
  }

  @Override
  protected Request request(Attempt<Page> attempt) {
    return first.request().attempt(url(), headers(first.request().headers(), attempt));
  }

  @Override
  protected Page read(Response response) throws IOException {
    byte[] bytes = Bodies.read(response, bound.transport.maxResponseBytes());
    if (bytes.length == 0) {
      return Page.of(token, List.of(), null, response); // 204
    }
    Json body;
    try {
      body = Json.of(bytes);
    } catch (IllegalArgumentException e) {
      throw PageSource.malformed(bound, "is not JSON");
    }
    Json items = body.at(pages.items());
    if (items == null || !items.isArray()) {
      throw PageSource.malformed(
          bound,
          "has no array "
              + (pages.items().isEmpty() ? "as its body" : "at " + pages.items())
              + ": set where it is by Pages.items(pointer)");
    }
    List<Json> elements = items.elements();
    String next = next(response, body, elements.isEmpty());
    if (next != null && next.equals(token)) {
      throw PageSource.malformed(bound, "names itself as the next one");
    }
    return Page.of(token, elements, next, response);
  }

  @Override
  protected ParleyException refused(Failure failure, Response response) {
    return RestException.of(failure, bound.answered(response), false);
  }

  private HttpUrl url() {
    HttpUrl start = first.request().url();
    return switch (pages.way()) {
      case LINK, NEXT_URL -> token.isEmpty() ? start : resolved(start, token);
      case CURSOR ->
          token.isEmpty()
              ? start
              : start.newBuilder().setQueryParameter(pages.parameter(), token).build();
      case NUMBER -> start.newBuilder().setQueryParameter(pages.parameter(), number()).build();
    };
  }

  private @Nullable String next(Response response, Json body, boolean isEmpty) {
    return switch (pages.way()) {
      case LINK -> relative(Links.next(response.headers("Link")), response);
      case NEXT_URL -> relative(body.text(pages.pointer()), response);
      case CURSOR -> {
        String cursor = body.text(pages.pointer());
        yield cursor == null || cursor.isEmpty() ? null : cursor;
      }
      case NUMBER -> isEmpty ? null : Long.toString(Long.parseLong(number()) + 1);
    };
  }

  private String number() {
    return token.isEmpty() ? Integer.toString(pages.first()) : token;
  }

  // Path and query only: what leads elsewhere must not get the credentials.
  private @Nullable String relative(@Nullable String link, Response response) {
    if (link == null || link.isEmpty()) {
      return null;
    }
    HttpUrl url = response.request().url().resolve(link);
    HttpUrl start = first.request().url();
    if (url == null
        || !url.scheme().equals(start.scheme())
        || !url.host().equals(start.host())
        || url.port() != start.port()) {
      throw PageSource.malformed(
          bound, "leads to another authority, which is not followed: it would get the credentials");
    }
    String query = url.encodedQuery();
    return url.encodedPath() + (query == null ? "" : "?" + query);
  }

  private HttpUrl resolved(HttpUrl start, String pathAndQuery) {
    HttpUrl url = pathAndQuery.startsWith("/") ? start.resolve(pathAndQuery) : null;
    // A position could have been tampered with: "//host/" would lead elsewhere.
    if (url == null || !url.host().equals(start.host()) || url.port() != start.port()) {
      throw Problems.refused("the position does not lead to a page of " + bound.http);
    }
    return url;
  }
}
