package dev.parley.graphql;

import dev.parley.Payload;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the files out of variables, since they travel beside them: each leaves null in its place.
 */
final class Uploads {
  private final Map<String, Payload> files = new LinkedHashMap<>();

  /** Returns whether variables of a type may hold files. */
  static boolean mayHold(Type type) {
    return mayHold(type, new HashSet<>());
  }

  /** Returns the files by the paths of their places, such as {@code variables.photos.0}. */
  Map<String, Payload> files() {
    return files;
  }

  /** Returns a value without its files. */
  @Nullable Object take(@Nullable Object value, String path) {
    if (value instanceof Payload file) {
      files.put(path, file);
      return null;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> rest = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        rest.add(take(list.get(i), path + "." + i));
      }
      return rest;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> rest = new LinkedHashMap<>();
      map.forEach((name, each) -> rest.put(String.valueOf(name), take(each, path + "." + name)));
      return rest;
    }
    if (value instanceof Record && mayHold(value.getClass())) {
      Map<String, @Nullable Object> rest = new LinkedHashMap<>();
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        String name = component.getName();
        rest.put(name, take(read(component, value), path + "." + name));
      }
      return rest;
    }
    return value;
  }

  private static boolean mayHold(Type type, Set<Type> seen) {
    if (!seen.add(type)) {
      return false;
    }
    if (type instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        if (mayHold(argument, seen)) {
          return true;
        }
      }
      return mayHold(generic.getRawType(), seen);
    }
    if (type instanceof GenericArrayType array) {
      return mayHold(array.getGenericComponentType(), seen);
    }
    if (!(type instanceof Class<?> raw)) {
      return false;
    }
    if (Payload.class.isAssignableFrom(raw)) {
      return true;
    }
    if (raw.isRecord()) {
      for (RecordComponent component : raw.getRecordComponents()) {
        if (mayHold(component.getGenericType(), seen)) {
          return true;
        }
      }
    }
    return false;
  }

  private static @Nullable Object read(RecordComponent component, Object record) {
    Method accessor = component.getAccessor();
    try {
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (IllegalAccessException | InaccessibleObjectException e) {
      throw Problems.refused(
          "the record "
              + component.getDeclaringRecord().getName()
              + " holds files and cannot be read: open its package to dev.parley.graphql in"
              + " module-info.java");
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("an accessor of a record threw " + e.getCause(), e);
    }
  }
}
