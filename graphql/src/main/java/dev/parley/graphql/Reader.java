package dev.parley.graphql;

import dev.parley.Codec;
import dev.parley.PartialFailure;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.http.Bodies;
import dev.parley.http.Json;
import dev.parley.spi.Codecs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import okhttp3.MediaType;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Reads answers, each of which is {@code data}, {@code errors} or both. */
final class Reader<R> {
  private final Bound<?> bound;
  private final TypeRef<?> type;
  private final Codecs codecs;
  private final Codec<?> codec;

  Reader(Bound<?> bound, TypeRef<?> type) {
    this.bound = bound;
    this.type = type;
    this.codecs = bound.transport().context().codecs();
    this.codec = codecs.codec(type, Bound.JSON);
  }

  /** What an answer holds. */
  record Result(@Nullable Object value, List<PartialFailure> errors) {}

  /**
   * Reads the answer to a request.
   *
   * @param size how many answers there must be in that of a batch
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // decoded by the codec of R; Void is null
  GraphQlAnswer<R> read(Response response, int size) throws IOException {
    requireJson(response);
    Json json = json(Bodies.read(response, bound.transport().maxResponseBytes()));
    if (!bound.graphQl().isBatch()) {
      Result result = result(json, response);
      return new GraphQlAnswer<>((R) result.value, result.errors, response);
    }
    List<@Nullable Object> values = new ArrayList<>();
    List<PartialFailure> failures = new ArrayList<>();
    for (Json each : batch(json, size, response)) {
      addResult(each, response, values, failures);
    }
    return new GraphQlAnswer<>((R) values, failures, response);
  }

  /** Reads the errors of an answer that should have been a stream, and throws them if there are. */
  void readRefusal(Response response) throws IOException {
    requireJson(response);
    Json json = json(Bodies.read(response, bound.transport().maxResponseBytes()));
    List<PartialFailure> errors = Errors.of(json, codecs);
    if (!errors.isEmpty()) {
      throw Errors.failure(bound, errors, json.at("/data") != null, response);
    }
  }

  /** Reads one answer: of a request, or an element of a stream. */
  Result result(Json envelope, Response response) {
    Json data = envelope.at("/data");
    List<PartialFailure> errors = Errors.of(envelope, codecs);
    if (data == null || data.isNull()) {
      if (errors.isEmpty()) {
        throw Problems.protocol(bound.describe() + " was answered with neither data nor errors");
      }
      GraphQlException unknown = Errors.unknownHash(bound, errors, response);
      throw unknown == null ? Errors.failure(bound, errors, data != null, response) : unknown;
    }
    Json value = data.at(bound.graphQl().pointer());
    boolean missing = value == null || value.isNull();
    if (missing && type.rawType() == Optional.class) {
      return new Result(Optional.empty(), errors);
    }
    if (missing && !errors.isEmpty() && type.rawType() != Void.class) {
      throw Errors.failure(bound, errors, true, response);
    }
    if (value == null) {
      throw Problems.unreadable(
          "the data of "
              + bound.describe()
              + " has nothing at "
              + bound.graphQl().pointer()
              + ": compare at(…) with the document");
    }
    return new Result(decoded(value), errors);
  }

  private @Nullable Object decoded(Json value) {
    if (type.type() == String.class && value.isText()) {
      return value.text("");
    }
    return codec.decode(Payload.of(value.toByteArray(), Bound.JSON));
  }

  private void addResult(
      Json envelope,
      Response response,
      List<@Nullable Object> values,
      List<PartialFailure> failures) {
    String index = Integer.toString(values.size());
    List<PartialFailure> errors;
    try {
      Result result = result(envelope, response);
      values.add(result.value);
      errors = result.errors;
    } catch (GraphQlException e) {
      values.add(null);
      errors = e.errors();
    }
    for (PartialFailure each : errors) {
      String path = each.path().isEmpty() ? index : index + "/" + each.path();
      failures.add(new PartialFailure(path, each.message(), each.extensions()));
    }
  }

  /** Returns the answers of a batch; a server that takes none answers with one set of errors. */
  private List<Json> batch(Json json, int size, Response response) {
    List<Json> answers = json.isArray() ? json.elements() : List.of();
    if (answers.size() == size) {
      return answers;
    }
    List<PartialFailure> errors = Errors.of(json, codecs);
    if (errors.isEmpty()) {
      throw Problems.protocol(
          "the batch of " + bound.describe() + " was not answered with a list of " + size);
    }
    throw Errors.failure(bound, errors, false, response);
  }

  private Json json(byte[] bytes) {
    try {
      return Json.of(bytes);
    } catch (IllegalArgumentException e) {
      throw Problems.unreadable("the answer to " + bound.describe() + " is " + e.getMessage());
    }
  }

  private void requireJson(Response response) {
    MediaType type = response.body().contentType();
    if (type == null || isJson(type)) {
      return;
    }
    boolean html = type.subtype().equalsIgnoreCase("html");
    throw Problems.protocol(
        bound.describe()
            + " was answered "
            + response.code()
            + " with "
            + (html ? "HTML and not JSON" : "what is not JSON")
            + ": is the address, with its path, that of a GraphQL endpoint?");
  }

  static boolean isJson(MediaType type) {
    String subtype = type.subtype().toLowerCase(java.util.Locale.ROOT);
    return subtype.equals("json") || subtype.endsWith("+json");
  }
}
