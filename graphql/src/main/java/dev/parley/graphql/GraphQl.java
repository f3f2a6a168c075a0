package dev.parley.graphql;

import dev.parley.Binding;
import dev.parley.Idempotency;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * How an operation travels as GraphQL: a document, with the operation's request as its variables.
 *
 * <p>The request is a <em>record</em> or a <em>map</em> whose components are the variables by name,
 * encoded by the codec for JSON: enums are their names, lists arrays, {@code null} null, and custom
 * scalars what the codec makes of their Java types. {@link Void} is a document without variables. A
 * {@link String} is the variables' JSON itself. With {@link #variable} a request of any type is one
 * variable. A component that is a {@link dev.parley.Payload}, or a list of them, is a file, and the
 * request goes out by the GraphQL multipart request specification.
 *
 * <p>The reply is {@code data}, or with {@link #at} what lies at a place in it, decoded as the
 * operation's type; a {@link String} takes a text as it is and anything else as JSON; {@link Void}
 * ignores it. Data beside {@code errors} is a reply with {@link dev.parley.Reply#partialFailures};
 * errors without data are a {@link GraphQlException}.
 *
 * <p>A subscription is a stream, each element of which is read like a reply; errors beside data are
 * in its header {@value #ERRORS}, and one without data is skipped, as what cannot be read.
 *
 * <p>Unless the operation declares it, a query is {@link Idempotency#SAFE} and a mutation {@link
 * Idempotency#NONE}.
 *
 * {@snippet class="dev.parley.graphql.GraphQlSnippets" region="bindings"}
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class GraphQl implements Binding {
  /** The header of a stream's element that holds the errors beside its data, as JSON. */
  public static final String ERRORS = "errors";

  private final Document document;
  private final Values values;

  private GraphQl(Document document, Values values) {
    this.document = document;
    this.values = values;
  }

  /**
   * Binds to a document; fragments may stand beside its operation.
   *
   * @throws IllegalArgumentException if it holds no operation, or brackets or texts are not closed;
   *     the message says where
   */
  public static GraphQl document(String document) {
    return new GraphQl(Document.of(Objects.requireNonNull(document, "document")), new Values());
  }

  /**
   * Chooses an operation of a document that holds several.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public GraphQl operation(String name) {
    document.operation(Objects.requireNonNull(name, "name"));
    return with(copy -> copy.operation = name);
  }

  /**
   * Takes what lies at a place in {@code data} for the reply, a JSON pointer such as {@code
   * /product}. Defaults to all of {@code data}. Where the server has null there, the reply is empty
   * if it is an {@link java.util.Optional}; else the call fails, with the errors if there are any.
   */
  public GraphQl at(String pointer) {
    if (!pointer.isEmpty() && pointer.charAt(0) != '/') {
      throw new IllegalArgumentException(
          "a JSON pointer must be empty or begin with /, but is " + pointer);
    }
    return with(copy -> copy.pointer = pointer);
  }

  /** Sends the whole request as one variable. Defaults to its components as the variables. */
  public GraphQl variable(String name) {
    Objects.requireNonNull(name, "name");
    return with(copy -> copy.variable = name);
  }

  /** Writes variables and reads data by this, and not by the codecs. */
  @SuppressWarnings("unchecked") // it is given requests of the operation that it is bound to
  public GraphQl mapping(Mapping<?, ?> mapping) {
    Objects.requireNonNull(mapping, "mapping");
    return with(copy -> copy.mapping = (Mapping<Object, Object>) mapping);
  }

  /**
   * Sends a list of requests in one go, as an array, to a server that takes batches. The request
   * and the reply of the operation are lists then; a reply that failed is null in its list, and
   * among the partial failures, whose paths begin with its index.
   */
  public GraphQl batch() {
    return with(copy -> copy.batch = true);
  }

  /**
   * Changes the native request of each attempt last, after headers and before a signature: the
   * native binding of one operation. Unportable.
   */
  public GraphQl nativeRequest(UnaryOperator<Request> change) {
    Objects.requireNonNull(change, "change");
    return with(copy -> copy.nativeRequest = change);
  }

  /** Returns the document, so that a test can check it against a schema. */
  public String text() {
    return document.text();
  }

  /** Returns the type and the name of the operation, such as {@code query Product}. */
  @Override
  public String toString() {
    boolean open = values.operation == null && document.size() > 1;
    return open ? "document of " + document.size() + " operations" : definition().toString();
  }

  Document document() {
    return document;
  }

  Document.Definition definition() {
    return document.operation(values.operation);
  }

  String pointer() {
    return values.pointer;
  }

  @Nullable String variable() {
    return values.variable;
  }

  @Nullable Mapping<Object, Object> mapping() {
    return values.mapping;
  }

  boolean isBatch() {
    return values.batch;
  }

  @Nullable UnaryOperator<Request> nativeRequest() {
    return values.nativeRequest;
  }

  /** Returns what a repetition would do unless the operation declares it. */
  Idempotency idempotency() {
    return definition().type() == Document.Type.MUTATION ? Idempotency.NONE : Idempotency.SAFE;
  }

  private GraphQl with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new GraphQl(document, copy);
  }

  private static final class Values {
    @Nullable String operation;
    String pointer = "";
    @Nullable String variable;
    @Nullable Mapping<Object, Object> mapping;
    boolean batch;
    @Nullable UnaryOperator<Request> nativeRequest;

    Values copy() {
      Values copy = new Values();
      copy.operation = operation;
      copy.pointer = pointer;
      copy.variable = variable;
      copy.mapping = mapping;
      copy.batch = batch;
      copy.nativeRequest = nativeRequest;
      return copy;
    }
  }
}
