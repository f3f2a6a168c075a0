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
import java.util.Objects;
import java.util.Optional;
import okhttp3.MediaType;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Reads answers, each of which is {@code data}, {@code errors} or both. */
final class Reader<R> {
  private final Bound<?> bound;
  private final TypeRef<?> type;
  private final Codecs codecs;
  private final Decoder decoder;

  Reader(Bound<?> bound, TypeRef<?> type) {
    this.bound = bound;
    this.type = type;
    this.codecs = bound.transport().context().codecs();
    Mapping<Object, Object> mapping = bound.graphQl().mapping();
    this.decoder =
        mapping == null
            ? byCodec()
            : (value, request) ->
                mapping.data(Objects.requireNonNull(request, "request"), value.toByteArray());
  }

  /** Makes an object of what lies at the place of the reply. */
  private interface Decoder {
    @Nullable Object decode(Json value, @Nullable Object request);
  }

  /** What an answer holds. */
  record Result(@Nullable Object value, List<PartialFailure> errors) {}

  /**
   * Reads the answer to a request.
   *
   * @param requests the requests that it answers, one unless they are a batch
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // decoded by the codec of R; Void is null
  GraphQlAnswer<R> read(Response response, List<? extends @Nullable Object> requests)
      throws IOException {
    requireJson(response);
    Json json = json(Bodies.read(response, bound.transport().maxResponseBytes()));
    if (!bound.graphQl().isBatch()) {
      Result result = result(json, requests.get(0), response);
      return new GraphQlAnswer<>((R) result.value, result.errors, response);
    }
    List<@Nullable Object> values = new ArrayList<>();
    List<PartialFailure> failures = new ArrayList<>();
    for (Json each : batch(json, requests.size(), response)) {
      addResult(each, requests.get(values.size()), response, values, failures);
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

  /** Reads one answer: to a request, or an element of its stream. */
  Result result(Json envelope, @Nullable Object request, Response response) {
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
    return new Result(decoder.decode(value, request), errors);
  }

  private Decoder byCodec() {
    Codec<?> codec = codecs.codec(type, Bound.JSON);
    return (value, request) ->
        type.type() == String.class && value.isText()
            ? value.text("")
            : codec.decode(Payload.of(value.toByteArray(), Bound.JSON));
  }

  private void addResult(
      Json envelope,
      @Nullable Object request,
      Response response,
      List<@Nullable Object> values,
      List<PartialFailure> failures) {
    String index = Integer.toString(values.size());
    List<PartialFailure> errors;
    try {
      Result result = result(envelope, request, response);
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
