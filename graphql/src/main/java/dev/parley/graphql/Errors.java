package dev.parley.graphql;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.PartialFailure;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.http.Json;
import dev.parley.spi.Codecs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** What a server says went wrong, and what that means. */
final class Errors {
  private static final TypeRef<List<Map<String, Object>>> LIST = new TypeRef<>() {};
  // graphql-js and graphql-java have no codes for these; their words are tested against both.
  private static final Pattern VARIABLE =
      Pattern.compile(
          "Variable ['\"].*(invalid value|was not provided|must not be null|coerced Null).*",
          Pattern.DOTALL);
  private static final Pattern SHOWABLE = Pattern.compile("[A-Za-z0-9_]{1,64}");

  private Errors() {}

  /** Reads the errors of an answer; empty if it has none. */
  static List<PartialFailure> of(Json envelope, Codecs codecs) {
    Json errors = envelope.at("/errors");
    return errors == null ? List.of() : list(errors, codecs);
  }

  /** Reads a list of errors. */
  static List<PartialFailure> list(Json errors, Codecs codecs) {
    if (!errors.isArray()) {
      return List.of();
    }
    List<PartialFailure> read = new ArrayList<>();
    byte[] bytes = errors.toByteArray();
    for (Map<String, Object> each :
        codecs.codec(LIST, Bound.JSON).decode(Payload.of(bytes, Bound.JSON))) {
      read.add(error(each));
    }
    return List.copyOf(read);
  }

  private static PartialFailure error(Map<String, Object> error) {
    StringBuilder path = new StringBuilder();
    if (error.get("path") instanceof List<?> steps) {
      steps.forEach(step -> path.append(path.isEmpty() ? "" : "/").append(step));
    }
    Map<String, Object> extensions = new LinkedHashMap<>();
    if (error.get("extensions") instanceof Map<?, ?> given) {
      given.forEach((name, value) -> {
        if (value != null) {
          extensions.put(String.valueOf(name), value);
        }
      });
    }
    return new PartialFailure(
        path.toString(), error.get("message") instanceof String text ? text : "", extensions);
  }

  /** Returns the failure of a document that the server does not know by its hash, or null. */
  static @Nullable UnknownHashException unknownHash(
      Bound<?> bound, List<PartialFailure> errors, Response response) {
    if (has(errors, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")) {
      return new UnknownHashException(bound, false, errors, response);
    }
    return has(errors, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        ? new UnknownHashException(bound, true, errors, response)
        : null;
  }

  // graphql-java has the message alone.
  private static boolean has(List<PartialFailure> errors, String code, String message) {
    return errors.stream()
        .anyMatch(error ->
            code.equals(error.extensions().get("code")) || message.equals(error.message()));
  }

  /** Returns the failure that errors without data are. */
  static GraphQlException failure(
      Bound<?> bound, List<PartialFailure> errors, boolean executed, Response response) {
    Effect effect = executed ? Effect.POSSIBLE : Effect.NOT_PROCESSED;
    String message =
        bound.describe()
            + " was answered with "
            + (errors.size() == 1 ? "an error" : errors.size() + " errors")
            + " and no data"
            + shown(errors)
            + "; see errors()";
    return failure(bound, Failure.of(Kind.PERMANENT, effect, message), errors, response);
  }

  /** Returns the failure of an answer whose facts the status has stated already. */
  static GraphQlException failure(
      Bound<?> bound, Failure stated, List<PartialFailure> errors, Response response) {
    String code = code(errors);
    Kind known = kind(bound.settings(), errors);
    Failure failure =
        known == null
            ? stated
            : new Failure(
                known,
                stated.effect(),
                stated.message(),
                stated.cause(),
                bound.transport().retryAfter(response));
    String shown = code == null ? Integer.toString(response.code()) : code;
    if (known == null && isAboutVariables(errors, code)) {
      return new InvalidVariablesException(failure, shown, errors, response);
    }
    if (known == null && isAboutTheDocument(errors, code)) {
      return new InvalidDocumentException(failure, shown, errors, response);
    }
    return new GraphQlException(failure, shown, errors, response);
  }

  private static boolean isAboutVariables(List<PartialFailure> errors, @Nullable String code) {
    return "BAD_USER_INPUT".equals(code)
        || errors.stream()
            .anyMatch(
                error -> error.path().isEmpty() && VARIABLE.matcher(error.message()).matches());
  }

  private static boolean isAboutTheDocument(List<PartialFailure> errors, @Nullable String code) {
    if (code != null) {
      return code.equals("GRAPHQL_PARSE_FAILED") || code.equals("GRAPHQL_VALIDATION_FAILED");
    }
    return errors.stream()
        .filter(error -> error.path().isEmpty())
        .anyMatch(error -> {
          Object kind = error.extensions().get("classification"); // graphql-java
          return "InvalidSyntax".equals(kind)
              || "ValidationError".equals(kind)
              || error.message().startsWith("Syntax Error")
              || error.message().startsWith("Cannot query field");
        });
  }

  private static @Nullable Kind kind(Settings settings, List<PartialFailure> errors) {
    for (PartialFailure error : errors) {
      if (error.extensions().get("code") instanceof String code) {
        Kind kind = settings.kinds().get(code);
        if (kind != null) {
          return kind;
        }
      }
    }
    return null;
  }

  private static @Nullable String code(List<PartialFailure> errors) {
    for (PartialFailure error : errors) {
      if (error.extensions().get("code") instanceof String code) {
        return code;
      }
    }
    return null;
  }

  private static String shown(List<PartialFailure> errors) {
    String code = code(errors);
    return code != null && SHOWABLE.matcher(code).matches() ? ", " + code : "";
  }
}
