package dev.parley.http;

import dev.parley.TypeRef;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the parts of a request of one type go, worked out once. */
abstract class Plan {
  static final TypeRef<Map<String, Object>> OBJECT = new TypeRef<>() {};

  private static final MethodType ACCESSOR = MethodType.methodType(Object.class, Object.class);

  /** Makes the plan for a binding and a type of request. */
  static Plan of(Http http, TypeRef<?> request) {
    Class<?> type = request.rawType();
    int variables = http.template().size();
    if (type == Void.class) {
      requireNoVariables(http, "an operation without a request");
      return new Nothing();
    }
    if (Map.class.isAssignableFrom(type)) {
      return new OfMap(http);
    }
    if (type.isRecord()) {
      return OfRecord.of(http, request);
    }
    if (variables == 1 && Texts.isSimple(type)) {
      return new OneVariable(http);
    }
    requireNoVariables(http, "a request of type " + request);
    if (!http.hasBody()) {
      throw Problems.refused(
          http
              + " has no place for a request of type "
              + request
              + ": use a record or a map for a query, or a path with one variable");
    }
    return new Whole(request);
  }

  /** Takes a request apart. */
  abstract void take(@Nullable Object request, Parts parts);

  /** Returns whether a request is nothing but the body. */
  boolean isWhole() {
    return false;
  }

  /** Returns whether all requests go to one address. */
  abstract boolean hasFixedUrl();

  /** Returns the type by which the body is encoded; null if there never is a body. */
  abstract @Nullable TypeRef<?> bodyType();

  /** Reads one component. */
  static @Nullable Object read(RecordComponent component, Object record) {
    return invoke(accessor(component), record);
  }

  private static void requireNoVariables(Http http, String what) {
    if (http.template().size() > 0) {
      throw Problems.refused(
          http
              + " needs the variable "
              + http.template().variable(0)
              + ", which "
              + what
              + " does not have: use a record or a map");
    }
  }

  private static MethodHandle accessor(RecordComponent component) {
    Method method = component.getAccessor();
    try {
      method.setAccessible(true);
      return MethodHandles.lookup().unreflect(method).asType(ACCESSOR);
    } catch (IllegalAccessException | InaccessibleObjectException e) {
      throw Problems.refused(
          "the record "
              + component.getDeclaringRecord().getName()
              + " cannot be read: open its package to dev.parley.http in module-info.java");
    }
  }

  private static @Nullable Object invoke(MethodHandle accessor, Object record) {
    try {
      return accessor.invokeExact(record);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("an accessor of a record threw " + e, e);
    }
  }

  private static Object required(@Nullable Object request) {
    return Objects.requireNonNull(request, "request");
  }

  private static final class Nothing extends Plan {
    @Override
    void take(@Nullable Object request, Parts parts) {}

    @Override
    boolean hasFixedUrl() {
      return true;
    }

    @Override
    @Nullable TypeRef<?> bodyType() {
      return null;
    }
  }

  private static final class Whole extends Plan {
    private final TypeRef<?> type;

    Whole(TypeRef<?> type) {
      this.type = type;
    }

    @Override
    void take(@Nullable Object request, Parts parts) {
      parts.body = required(request);
    }

    @Override
    boolean isWhole() {
      return true;
    }

    @Override
    boolean hasFixedUrl() {
      return true;
    }

    @Override
    TypeRef<?> bodyType() {
      return type;
    }
  }

  private static final class OneVariable extends Plan {
    private final Http http;

    OneVariable(Http http) {
      this.http = http;
    }

    @Override
    void take(@Nullable Object request, Parts parts) {
      parts.variable(http, 0, required(request));
    }

    @Override
    boolean hasFixedUrl() {
      return false;
    }

    @Override
    @Nullable TypeRef<?> bodyType() {
      return null;
    }
  }

  private static final class OfMap extends Plan {
    private final Http http;

    OfMap(Http http) {
      this.http = http;
    }

    @Override
    void take(@Nullable Object request, Parts parts) {
      Map<String, Object> rest = new LinkedHashMap<>();
      ((Map<?, ?>) required(request))
          .forEach((key, value) -> {
            String name = String.valueOf(key);
            int variable = http.template().indexOf(name);
            if (variable >= 0) {
              parts.variable(http, variable, value);
            } else if (http.hasBody()) {
              rest.put(name, value);
            } else {
              parts.query(name, value);
            }
          });
      parts.requireVariables(http);
      if (http.hasBody()) {
        parts.body = rest;
      }
    }

    @Override
    boolean hasFixedUrl() {
      return false;
    }

    @Override
    @Nullable TypeRef<?> bodyType() {
      return http.hasBody() ? OBJECT : null;
    }
  }

  /** A record: a slot for each component. */
  private static final class OfRecord extends Plan {
    private final Http http;
    private final Slot[] slots;
    private final @Nullable TypeRef<?> bodyType;
    private final boolean whole; // the record itself is the body
    private final boolean object; // the components that are left over are the body
    private final boolean fixedUrl;

    private OfRecord(Http http, List<Slot> slots, @Nullable TypeRef<?> bodyType, boolean whole) {
      this.http = http;
      this.slots = slots.toArray(new Slot[0]);
      this.bodyType = bodyType;
      this.whole = whole;
      this.object = !whole && slots.stream().anyMatch(slot -> slot.place == Place.OBJECT);
      this.fixedUrl =
          slots.stream().noneMatch(slot -> slot.place == Place.PATH || slot.place == Place.QUERY);
    }

    static Plan of(Http http, TypeRef<?> request) {
      RecordComponent[] components = request.rawType().getRecordComponents();
      Template template = http.template();
      boolean hasBodyComponent = false;
      for (RecordComponent component : components) {
        if (component.isAnnotationPresent(Body.class)) {
          if (hasBodyComponent) {
            throw Problems.refused(request + " has more than one component that is the @Body");
          }
          hasBodyComponent = true;
        }
      }
      if (hasBodyComponent && !http.mayHaveBody()) {
        throw Problems.refused(
            http + " cannot have a body, but " + request + " has a component that is the @Body");
      }
      Place other = http.hasBody() && !hasBodyComponent ? Place.OBJECT : Place.QUERY;
      boolean only = components.length == 1 && template.size() == 1;
      boolean[] filled = new boolean[template.size()];
      List<Slot> slots = new ArrayList<>();
      for (RecordComponent component : components) {
        Slot slot = slot(component, template, other, only);
        slots.add(slot);
        if (slot.place == Place.PATH) {
          if (slot.variable < 0) {
            throw Problems.refused(
                http + " has no variable " + slot.name + ", which " + request + " fills");
          }
          filled[slot.variable] = true;
        }
      }
      for (int i = 0; i < filled.length; i++) {
        if (!filled[i]) {
          throw Problems.refused(
              http
                  + " needs the variable "
                  + template.variable(i)
                  + ", which "
                  + request
                  + " has no component for");
        }
      }
      boolean whole =
          other == Place.OBJECT && slots.stream().allMatch(slot -> slot.place == Place.OBJECT);
      TypeRef<?> bodyType = null;
      if (whole) {
        bodyType = request;
      } else if (slots.stream().anyMatch(slot -> slot.place == Place.OBJECT)) {
        bodyType = OBJECT;
      } else if (hasBodyComponent) {
        bodyType =
            slots.stream()
                .filter(slot -> slot.place == Place.BODY)
                .findFirst()
                .map(slot -> slot.type)
                .orElseThrow();
      }
      return new OfRecord(http, slots, bodyType, whole);
    }

    private static Slot slot(
        RecordComponent component, Template template, Place other, boolean only) {
      Path path = component.getAnnotation(Path.class);
      Query query = component.getAnnotation(Query.class);
      Header header = component.getAnnotation(Header.class);
      boolean body = component.isAnnotationPresent(Body.class);
      int annotations =
          (path == null ? 0 : 1)
              + (query == null ? 0 : 1)
              + (header == null ? 0 : 1)
              + (body ? 1 : 0);
      if (annotations > 1) {
        throw Problems.refused(
            "the component "
                + component.getName()
                + " of "
                + component.getDeclaringRecord().getName()
                + " can have only one of @Path, @Query, @Header and @Body");
      }
      if (path != null) {
        return new Slot(component, Place.PATH, path.value(), template);
      }
      if (query != null) {
        return new Slot(component, Place.QUERY, query.value(), template);
      }
      if (header != null) {
        return new Slot(component, Place.HEADER, header.value(), template);
      }
      if (body) {
        return new Slot(component, Place.BODY, "", template);
      }
      if (template.indexOf(component.getName()) >= 0) {
        return new Slot(component, Place.PATH, "", template);
      }
      if (only) {
        return new Slot(component, Place.PATH, template.variable(0), template);
      }
      return new Slot(component, other, "", template);
    }

    @Override
    void take(@Nullable Object request, Parts parts) {
      Object record = required(request);
      if (whole) {
        parts.body = record;
        return;
      }
      Map<String, Object> rest = object ? new LinkedHashMap<>() : null;
      for (Slot slot : slots) {
        Object value = slot.read(record);
        switch (slot.place) {
          case PATH -> parts.variable(http, slot.variable, value);
          case QUERY -> parts.query(slot.name, value);
          case HEADER -> parts.header(slot.name, value);
          case BODY -> parts.body = value;
          case OBJECT -> {
            if (rest != null) {
              rest.put(slot.name, value);
            }
          }
        }
      }
      if (rest != null) {
        parts.body = rest;
      }
    }

    @Override
    boolean isWhole() {
      return whole;
    }

    @Override
    boolean hasFixedUrl() {
      return fixedUrl;
    }

    @Override
    @Nullable TypeRef<?> bodyType() {
      return bodyType;
    }
  }

  private enum Place {
    PATH,
    QUERY,
    HEADER,
    BODY,
    OBJECT
  }

  private static final class Slot {
    final Place place;
    final String name;
    final int variable;
    final TypeRef<?> type;
    private final MethodHandle accessor;
    private final @Nullable MethodHandle inner; // of a record around a single value

    Slot(RecordComponent component, Place place, String name, Template template) {
      this.place = place;
      this.name = name.isEmpty() ? component.getName() : name;
      this.variable = place == Place.PATH ? template.indexOf(this.name) : -1;
      this.type = TypeRef.ofType(component.getGenericType());
      this.accessor = accessor(component);
      RecordComponent[] wrapped =
          place == Place.BODY || place == Place.OBJECT
              ? null
              : component.getType().getRecordComponents();
      this.inner = wrapped != null && wrapped.length == 1 ? accessor(wrapped[0]) : null;
    }

    @Nullable Object read(Object record) {
      Object value = invoke(accessor, record);
      return value == null || inner == null ? value : invoke(inner, value);
    }
  }
}
