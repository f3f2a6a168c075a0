package dev.parley;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A typed, named, transport-neutral request of a peer: keep it in a constant.
 *
 * <p>The name is what metrics, policies and test doubles key on; keep it stable, and free of data.
 * A {@link Binding} for each adapter says how it travels there. {@link Idempotency} defaults to
 * {@link Idempotency#NONE}, or to what a binding knows of its verb (an HTTP GET is safe) unless
 * {@link #with} says otherwise.
 *
 * {@snippet class="dev.parley.OperationTest" region="operation"}
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param <Q> the type of the request
 * @param <R> the type of the reply, or of the elements of a stream
 */
public final class Operation<Q, R> {
  private final String name;
  private final TypeRef<Q> requestType;
  private final TypeRef<R> replyType;
  private final @Nullable Idempotency declared;
  private final List<Binding> bindings;

  private Operation(
      String name,
      TypeRef<Q> requestType,
      TypeRef<R> replyType,
      @Nullable Idempotency declared,
      List<Binding> bindings) {
    this.name = name;
    this.requestType = requestType;
    this.replyType = replyType;
    this.declared = declared;
    this.bindings = bindings;
  }

  /** Returns an operation between plain classes. */
  public static <Q, R> Operation<Q, R> of(String name, Class<Q> request, Class<R> reply) {
    return of(name, TypeRef.of(request), TypeRef.of(reply));
  }

  /** Returns an operation between generic types. */
  public static <Q, R> Operation<Q, R> of(String name, TypeRef<Q> request, TypeRef<R> reply) {
    return new Operation<>(
        Names.check(name, "an operation"),
        Objects.requireNonNull(request, "request"),
        Objects.requireNonNull(reply, "reply"),
        null,
        List.of());
  }

  /** Returns this operation with what a repetition of it would do. */
  public Operation<Q, R> with(Idempotency idempotency) {
    Objects.requireNonNull(idempotency, "idempotency");
    return new Operation<>(name, requestType, replyType, idempotency, bindings);
  }

  /**
   * Returns this operation with how an adapter carries it, in place of an earlier one of its kind.
   */
  public Operation<Q, R> bind(Binding binding) {
    Objects.requireNonNull(binding, "binding");
    return new Operation<>(
        name, requestType, replyType, declared, Names.replaceByClass(bindings, binding));
  }

  /** Returns the name that metrics, policies and test doubles key on. */
  public String name() {
    return name;
  }

  /** Returns the type of the request. */
  public TypeRef<Q> requestType() {
    return requestType;
  }

  /** Returns the type of the reply, or of the elements of a stream. */
  public TypeRef<R> replyType() {
    return replyType;
  }

  /** Returns what {@link #with} declared; empty if nothing was. */
  public Optional<Idempotency> declaredIdempotency() {
    return Optional.ofNullable(declared);
  }

  /** Returns what was declared, or else what the adapter knows of its verb. */
  public Idempotency idempotencyOr(Idempotency known) {
    return declared == null ? known : declared;
  }

  /** Returns the binding of one kind, or null if there is none. */
  public <B extends Binding> @Nullable B binding(Class<B> kind) {
    return Names.firstOfClass(bindings, kind);
  }

  /** Returns all bindings. */
  public List<Binding> bindings() {
    return new ArrayList<>(bindings);
  }

  @Override
  public String toString() {
    return "Operation[" + name + "]";
  }
}
