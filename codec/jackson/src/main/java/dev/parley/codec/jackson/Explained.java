package dev.parley.codec.jackson;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.PropertyBindingException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** Says what Jackson's exceptions say, without the document that they quote. */
final class Explained {
  private static final int MAX_PATH = 20;

  private Explained() {}

  /** Returns why a document could not be read, and where. */
  static String reading(JacksonException e) {
    return reason(e) + location(e.getLocation()) + path(e);
  }

  /** Returns why a value could not be written, and where in it. */
  static String writing(JacksonException e) {
    // Names types and limits, never values.
    boolean harmless =
        e instanceof InvalidDefinitionException || e instanceof StreamConstraintsException;
    return (harmless ? ": " + e.getOriginalMessage() : "") + path(e);
  }

  /** Returns what a constructor or an accessor of the user's threw, if that is the cause. */
  static @Nullable Throwable usersOwn(JacksonException e) {
    Throwable cause = e.getCause();
    boolean parsing =
        e instanceof MismatchedInputException && !(e instanceof ValueInstantiationException);
    return parsing || cause instanceof JacksonException ? null : cause;
  }

  private static String reason(JacksonException e) {
    if (e instanceof StreamConstraintsException) {
      return e.getOriginalMessage();
    }
    if (e instanceof UnexpectedEndOfInputException) {
      return "it ends too early";
    }
    if (e instanceof StreamReadException) {
      return "it is not JSON";
    }
    if (e instanceof InvalidDefinitionException) {
      return e.getOriginalMessage();
    }
    if (e instanceof PropertyBindingException) {
      return "a property is not expected";
    }
    if (e instanceof InvalidNullException) {
      return "null is not allowed";
    }
    if (e instanceof InvalidTypeIdException) {
      return "the type id is missing or unknown";
    }
    if (e instanceof ValueInstantiationException instantiation) {
      return "no " + name(instantiation.getType().getRawClass()) + " can be made of it";
    }
    if (e instanceof MismatchedInputException mismatch) {
      return "it does not fit " + name(mismatch.getTargetType());
    }
    return "it does not fit";
  }

  private static String name(@Nullable Class<?> type) {
    return type == null ? "the type" : type.getTypeName();
  }

  private static String location(@Nullable TokenStreamLocation location) {
    return location == null || location.getLineNr() < 1
        ? ""
        : ", line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  // The keys of a map are content, not structure.
  private static String path(JacksonException e) {
    if (e.getPath().isEmpty()) {
      return "";
    }
    StringBuilder path = new StringBuilder(", at ");
    int start = path.length();
    for (JacksonException.Reference step : e.getPath().stream().limit(MAX_PATH).toList()) {
      if (step.getPropertyName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else if (isMap(step.from())) {
        path.append("[key]");
      } else {
        path.append(path.length() == start ? "" : ".").append(step.getPropertyName());
      }
    }
    return path.append(e.getPath().size() > MAX_PATH ? "…" : "").toString();
  }

  private static boolean isMap(@Nullable Object from) {
    return from instanceof Map
        || (from instanceof Class<?> type && Map.class.isAssignableFrom(type));
  }
}
