package dev.parley.graphql.apollo;

import com.apollographql.apollo.api.CustomScalarAdapters;
import com.apollographql.apollo.api.Executables;
import com.apollographql.apollo.api.Operation;
import com.apollographql.apollo.api.json.BufferedSourceJsonReader;
import com.apollographql.apollo.exception.JsonDataException;
import com.apollographql.apollo.exception.JsonEncodingException;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.graphql.Mapping;
import java.io.IOException;
import java.util.Map;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** Lets a generated operation write its variables and read its data. */
final class ApolloMapping<Q extends Operation<D>, D extends Operation.Data>
    implements Mapping<Q, D> {
  private final String document;
  private final CustomScalarAdapters scalars;

  ApolloMapping(String document, CustomScalarAdapters scalars) {
    this.document = document;
    this.scalars = scalars;
  }

  @Override
  public Map<String, @Nullable Object> variables(Q request) {
    if (!request.document().equals(document)) {
      throw failure(Kind.LOCAL, Effect.NOT_SENT, "the document is not that of", request, null);
    }
    VariablesWriter writer = new VariablesWriter();
    try {
      writer.beginObject();
      request.serializeVariables(writer, scalars, false);
      writer.endObject();
      return writer.variables();
    } catch (IOException | RuntimeException e) {
      throw failure(Kind.LOCAL, Effect.NOT_SENT, "cannot write the variables of", request, e);
    }
  }

  @Override
  public D data(Q request, byte[] json) {
    BufferedSourceJsonReader reader = new BufferedSourceJsonReader(new Buffer().write(json));
    try {
      return request.adapter().fromJson(reader, reading(request));
    } catch (IOException | RuntimeException e) {
      // A scalar without an adapter is no fault of the server's.
      Kind kind = e instanceof IllegalStateException ? Kind.LOCAL : Kind.PROTOCOL;
      throw failure(kind, Effect.POSSIBLE, "cannot read the data of", request, e);
    }
  }

  // Which fragments there are depends on the variables.
  private CustomScalarAdapters reading(Q request) {
    return scalars
        .newBuilder()
        .falseVariables(Executables.falseVariables(request, scalars))
        .build();
  }

  // Apollo's own exceptions about JSON quote it; those of scalar adapters are the user's.
  private static CodecException failure(
      Kind kind, Effect effect, String what, Operation<?> request, @Nullable Exception cause) {
    boolean quotes = cause instanceof JsonDataException || cause instanceof JsonEncodingException;
    return new CodecException(
        Failure.of(kind, effect, what + " " + request.getClass().getName())
            .withCause(quotes ? null : cause));
  }
}
