package dev.parley;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A typed, named place to send messages to and to receive them from: keep it in a constant.
 *
 * <p>Without a {@link Binding} for the adapter the name is used as it is: a Kafka topic, an MQTT
 * topic filter, a queue. {@link Idempotency} defaults to what the adapter can prove, else to {@link
 * Idempotency#NONE}.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param <T> the type of the messages' bodies
 */
public final class Topic<T> {
  private final String name;
  private final TypeRef<T> type;
  private final @Nullable Idempotency declared;
  private final List<Binding> bindings;

  private Topic(
      String name, TypeRef<T> type, @Nullable Idempotency declared, List<Binding> bindings) {
    this.name = name;
    this.type = type;
    this.declared = declared;
    this.bindings = bindings;
  }

  /** Returns a topic of a plain class. */
  public static <T> Topic<T> of(String name, Class<T> type) {
    return of(name, TypeRef.of(type));
  }

  /** Returns a topic of a generic type. */
  public static <T> Topic<T> of(String name, TypeRef<T> type) {
    return new Topic<>(
        Names.check(name, "a topic"), Objects.requireNonNull(type, "type"), null, List.of());
  }

  /** Returns this topic with what sending a message twice would do. */
  public Topic<T> with(Idempotency idempotency) {
    return new Topic<>(name, type, Objects.requireNonNull(idempotency, "idempotency"), bindings);
  }

  /** Returns this topic with how an adapter carries it, in place of an earlier one of its kind. */
  public Topic<T> bind(Binding binding) {
    Objects.requireNonNull(binding, "binding");
    return new Topic<>(name, type, declared, Names.replaceByClass(bindings, binding));
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /** Returns the type of the messages' bodies. */
  public TypeRef<T> type() {
    return type;
  }

  /** Returns what {@link #with} declared; empty if nothing was. */
  public Optional<Idempotency> declaredIdempotency() {
    return Optional.ofNullable(declared);
  }

  /** Returns what was declared, or else what the adapter can prove. */
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
    return "Topic[" + name + "]";
  }
}
