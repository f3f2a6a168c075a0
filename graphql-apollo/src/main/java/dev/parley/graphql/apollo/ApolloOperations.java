package dev.parley.graphql.apollo;

import com.apollographql.apollo.api.CustomScalarAdapters;
import com.apollographql.apollo.api.Operation.Data;
import dev.parley.Operation;
import dev.parley.TypeRef;
import dev.parley.graphql.GraphQl;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Objects;

/**
 * Makes operations of what Apollo Kotlin's compiler has generated from documents, in Java or
 * Kotlin.
 *
 * <p>The request is an instance of the generated class, which holds the variables, and the reply is
 * its {@code Data}; Apollo's adapters write the one and read the other. All else is as with any
 * document: errors, partial failures, persisted queries and idempotency, for which a query is safe
 * and a mutation is not unless {@link Operation#with} says so. A subscription is a stream. The
 * operation is named after its class.
 *
 * <p>An {@code Upload} is a file, held in memory as long as the call goes on. {@code @defer} and
 * {@code @catch} are not there.
 *
 * <p>A generated class that meets data which do not fit it, or a custom scalar without an adapter,
 * is a {@link dev.parley.CodecException}.
 *
 * {@snippet class="dev.parley.graphql.apollo.ApolloSnippets" region="operations"}
 *
 * {@snippet class="dev.parley.graphql.apollo.ApolloSnippets" region="call"}
 *
 * <p><b>Threads:</b> what it makes is immutable; scalar adapters are used by many at once.
 */
public final class ApolloOperations {
  private ApolloOperations() {}

  /**
   * Returns the operation of a generated class, whose custom scalars the compiler knew adapters
   * for.
   *
   * @param type the generated class
   * @param document its {@code OPERATION_DOCUMENT}
   * @throws IllegalArgumentException if the class does not tell its {@code Data}, or the document
   *     is none
   */
  public static <D extends Data, Q extends com.apollographql.apollo.api.Operation<D>>
      Operation<Q, D> of(Class<Q> type, String document) {
    return of(type, document, CustomScalarAdapters.Empty);
  }

  /**
   * Returns the operation of a generated class.
   *
   * @param type the generated class
   * @param document its {@code OPERATION_DOCUMENT}
   * @param scalars adapters for the custom scalars that the compiler knew none for
   * @throws IllegalArgumentException if the class does not tell its {@code Data}, or the document
   *     is none
   */
  public static <D extends Data, Q extends com.apollographql.apollo.api.Operation<D>>
      Operation<Q, D> of(Class<Q> type, String document, CustomScalarAdapters scalars) {
    Objects.requireNonNull(scalars, "scalars");
    TypeRef<D> data = data(type);
    return Operation.of(type.getSimpleName(), TypeRef.of(type), data)
        .bind(GraphQl.document(document).mapping(new ApolloMapping<Q, D>(document, scalars)));
  }

  @SuppressWarnings("unchecked") // it is what the class says
  private static <D extends Data> TypeRef<D> data(
      Class<? extends com.apollographql.apollo.api.Operation<D>> type) {
    for (Type each : type.getGenericInterfaces()) {
      if (each instanceof ParameterizedType generic
          && generic.getRawType() instanceof Class<?> raw
          && com.apollographql.apollo.api.Operation.class.isAssignableFrom(raw)
          && generic.getActualTypeArguments()[0] instanceof Class<?> data) {
        return (TypeRef<D>) TypeRef.of(data);
      }
    }
    throw new IllegalArgumentException(
        type.getName()
            + " is no Query, Mutation or Subscription that Apollo's compiler has written");
  }
}
