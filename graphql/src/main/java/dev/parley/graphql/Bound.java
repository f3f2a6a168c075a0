package dev.parley.graphql;

import dev.parley.Codec;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.http.HttpTransport;
import dev.parley.spi.Codecs;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** One operation at one endpoint, with all that can be worked out before its first call. */
final class Bound<R> {
  static final String JSON = "application/json";

  private static final TypeRef<Map<String, Object>> OBJECT = new TypeRef<>() {};

  private final GraphQl graphQl;
  private final Document.Definition definition;
  private final Idempotency idempotency;
  private final HttpTransport transport;
  private final Settings settings;
  private final HttpUrl url;
  private final Envelope envelope;
  private final boolean hasRequest;
  private final boolean mayHoldFiles;
  private final Codec<Object> variables;
  private final Codec<Map<String, Object>> objects;
  private final Reader<R> reader;

  Bound(
      Operation<?, R> operation,
      GraphQl graphQl,
      HttpTransport transport,
      Settings settings,
      HttpUrl url) {
    this.graphQl = graphQl;
    this.definition = definition(operation, graphQl);
    this.idempotency = operation.idempotencyOr(graphQl.idempotency());
    this.transport = transport;
    this.settings = settings;
    this.url = url;
    this.envelope = new Envelope(graphQl.document(), definition);
    TypeRef<?> request = element(operation, operation.requestType(), "request");
    this.hasRequest = request.type() != Void.class;
    this.mayHoldFiles = Uploads.mayHold(request.type());
    Codecs codecs = transport.context().codecs();
    this.variables = variables(codecs, graphQl.mapping() == null ? request : OBJECT);
    this.objects = codecs.codec(OBJECT, JSON);
    this.reader = new Reader<>(this, element(operation, operation.replyType(), "reply"));
  }

  private static Document.Definition definition(Operation<?, ?> operation, GraphQl graphQl) {
    try {
      return graphQl.definition();
    } catch (IllegalArgumentException e) {
      throw Problems.refused("the operation " + operation.name() + ": " + e.getMessage());
    }
  }

  private TypeRef<?> element(Operation<?, ?> operation, TypeRef<?> type, String what) {
    if (!graphQl.isBatch()) {
      return type;
    }
    if (type.rawType() == List.class && type.type() instanceof ParameterizedType list) {
      return TypeRef.ofType(list.getActualTypeArguments()[0]);
    }
    throw Problems.refused(
        "the operation "
            + operation.name()
            + " is a batch, so that its "
            + what
            + " must be a List, but is "
            + type);
  }

  @SuppressWarnings("unchecked") // it is given values of the type that it was made for
  private static Codec<Object> variables(Codecs codecs, TypeRef<?> type) {
    return (Codec<Object>) codecs.codec(type, JSON);
  }

  Idempotency idempotency() {
    return idempotency;
  }

  HttpTransport transport() {
    return transport;
  }

  Settings settings() {
    return settings;
  }

  GraphQl graphQl() {
    return graphQl;
  }

  Envelope envelope() {
    return envelope;
  }

  HttpUrl url() {
    return url;
  }

  Document.Type type() {
    return definition.type();
  }

  Reader<R> reader() {
    return reader;
  }

  /** Returns the type and the name of the operation, such as {@code query Product}. */
  String describe() {
    return definition.toString();
  }

  /** Returns whether requests are in the address. */
  boolean isByGet() {
    return settings.get() && type() == Document.Type.QUERY && !graphQl.isBatch();
  }

  /** Encodes one request. */
  Variables encode(@Nullable Object request) {
    if (!graphQl.isBatch()) {
      Uploads uploads = new Uploads();
      byte[] json = json(request, "variables", uploads);
      return new Variables(Collections.singletonList(request), List.of(json), uploads.files());
    }
    List<byte[]> all = new ArrayList<>();
    Uploads uploads = new Uploads();
    List<?> requests = (List<?>) Objects.requireNonNull(request, "request");
    for (Object each : requests) {
      all.add(json(each, all.size() + ".variables", uploads));
    }
    if (all.isEmpty()) {
      throw Problems.refused("a batch needs at least one request");
    }
    return new Variables(requests, all, uploads.files());
  }

  /** Returns the native request of one attempt, after the binding's own change. */
  Request changed(Request request) {
    var change = graphQl.nativeRequest();
    return change == null ? request : change.apply(request);
  }

  private byte[] json(@Nullable Object request, String path, Uploads uploads) {
    if (!hasRequest) {
      return new byte[0];
    }
    var mapping = graphQl.mapping();
    Object given = Objects.requireNonNull(request, "request");
    Object value = mapping == null ? given : mapping.variables(given);
    String variable = graphQl.variable();
    if (mayHoldFiles || value instanceof Map) {
      String place = variable == null ? path : path + "." + variable;
      return withoutFiles(uploads.take(value, place), variable);
    }
    if (variable == null) {
      return object(variables.encode(value).toByteArray());
    }
    byte[] json =
        value instanceof CharSequence text
            ? JsonText.utf8(JsonText.quoted(text))
            : variables.encode(value).toByteArray();
    return Envelope.join(
        JsonText.utf8("{" + JsonText.quoted(variable) + ":"), json, new byte[] {'}'});
  }

  @SuppressWarnings("unchecked") // a map's or record's rest is a map by name
  private byte[] withoutFiles(@Nullable Object rest, @Nullable String variable) {
    Map<String, Object> object;
    if (variable != null) {
      object = new java.util.HashMap<>();
      object.put(variable, rest);
    } else if (rest instanceof Map) {
      object = (Map<String, Object>) rest;
    } else {
      throw notAnObject();
    }
    return objects.encode(object).toByteArray();
  }

  private byte[] object(byte[] json) {
    for (byte each : json) {
      if (each == '{') {
        return json;
      }
      if (each > ' ') {
        break;
      }
    }
    throw notAnObject();
  }

  private RuntimeException notAnObject() {
    return Problems.refused(
        "the request of "
            + describe()
            + " is no object with its variables by name: use a record or a map, or say with"
            + " variable(name) which variable it is");
  }

  /** Requests and their variables as JSON: one of each, or of a batch all; empty bytes for none. */
  record Variables(
      List<? extends @Nullable Object> requests, List<byte[]> json, Map<String, Payload> files) {}
}
