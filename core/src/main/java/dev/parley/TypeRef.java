package dev.parley;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Objects;

/**
 * Names a generic type at run time: {@code new TypeRef<List<Order>>() {}}.
 *
 * <p>For a plain class use {@link #of(Class)}. Two references are equal when their types are.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param <T> the type that is named
 */
public abstract class TypeRef<T> {
  private final Type type;

  /** Captures the type argument of the anonymous subclass that calls this. */
  protected TypeRef() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)) {
      throw new IllegalArgumentException(
          "TypeRef needs a type argument: write new TypeRef<List<Order>>() {}");
    }
    this.type = parameterized.getActualTypeArguments()[0];
  }

  private TypeRef(Type type) {
    this.type = Objects.requireNonNull(type, "type");
  }

  /** Returns the reference to a class without type arguments. */
  public static <T> TypeRef<T> of(Class<T> type) {
    return new Plain<>(type);
  }

  /** Returns the reference to a type that reflection gave, such as that of a record's component. */
  public static TypeRef<?> ofType(Type type) {
    return new Plain<>(type);
  }

  /** Returns the type that is named: a {@link Class} or a {@link ParameterizedType}. */
  public final Type type() {
    return type;
  }

  /** Returns the class of the type, without its type arguments. */
  public final Class<?> rawType() {
    if (type instanceof Class<?> plain) {
      return plain;
    }
    if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
      return raw;
    }
    return Object.class;
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof TypeRef<?> that && type.equals(that.type);
  }

  @Override
  public final int hashCode() {
    return type.hashCode();
  }

  @Override
  public final String toString() {
    return type.getTypeName();
  }

  private static final class Plain<T> extends TypeRef<T> {
    Plain(Type type) {
      super(type);
    }
  }
}
