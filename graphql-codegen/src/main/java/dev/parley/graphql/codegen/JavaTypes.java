package dev.parley.graphql.codegen;

import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLInputType;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLNamedType;
import graphql.schema.GraphQLNonNull;
import graphql.schema.GraphQLScalarType;
import graphql.schema.GraphQLType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;

/** What types of a schema are in Java; notes which of them need a class of their own. */
final class JavaTypes {
  private static final Map<String, String> BOXED =
      Map.of("int", "Integer", "double", "Double", "boolean", "Boolean");

  private final String javaPackage;
  private final Map<String, String> scalars;
  private final Set<GraphQLNamedType> used = new LinkedHashSet<>();

  JavaTypes(String javaPackage, Map<String, String> scalars) {
    this.javaPackage = javaPackage;
    this.scalars = scalars;
  }

  /** Returns the enums and input objects that were named, those named by these among them. */
  Map<String, String> classes() {
    Map<String, String> classes = new TreeMap<>();
    boolean more = true;
    while (more) {
      List<GraphQLNamedType> now = List.copyOf(used);
      now.forEach(each -> classes.put(each.getName(), declaration(each)));
      more = used.size() > now.size();
    }
    return classes;
  }

  /** Returns the type of a variable or of a component of an input object. */
  String input(GraphQLType type) {
    return of(type, false, this::named);
  }

  /**
   * Returns a type in Java.
   *
   * @param optional whether it may be missing although it is not null by itself
   * @param leaf returns what is inside of lists
   */
  static String of(GraphQLType type, boolean optional, Function<GraphQLNamedType, String> leaf) {
    if (type instanceof GraphQLNonNull inner) {
      String java = of(inner.getWrappedType(), true, leaf);
      return optional ? java : unboxed(java);
    }
    if (type instanceof GraphQLList list) {
      return "java.util.List<" + of(list.getWrappedType(), true, leaf) + ">";
    }
    String java = leaf.apply((GraphQLNamedType) type);
    return BOXED.getOrDefault(java, java);
  }

  private static String unboxed(String java) {
    return BOXED.entrySet().stream()
        .filter(each -> each.getValue().equals(java))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(java);
  }

  /** Returns the type of a scalar, an enum or an input object. */
  String named(GraphQLNamedType type) {
    if (type instanceof GraphQLScalarType) {
      return scalar(type.getName());
    }
    if (type instanceof GraphQLEnumType || type instanceof GraphQLInputObjectType) {
      used.add(type);
      return javaPackage + "." + type.getName();
    }
    throw new IllegalStateException(type.getName() + " is no leaf");
  }

  private String scalar(String name) {
    String own = scalars.get(name);
    if (own != null) {
      return own;
    }
    return switch (name) {
      case "ID", "String" -> "String";
      case "Int" -> "int";
      case "Float" -> "double";
      case "Boolean" -> "boolean";
      default ->
          throw new InvalidDocumentsException(
              List.of(
                  "the scalar "
                      + name
                      + " has no Java type: add an argument such as "
                      + name
                      + "=java.lang.String"));
    };
  }

  private String declaration(GraphQLNamedType type) {
    if (type instanceof GraphQLEnumType values) {
      return "public enum "
          + type.getName()
          + " {\n"
          + values.getValues().stream()
              .map(value -> "  " + name(value.getName(), type.getName()))
              .collect(Collectors.joining(",\n"))
          + "\n}\n";
    }
    return "public record "
        + type.getName()
        + "("
        + ((GraphQLInputObjectType) type)
            .getFields().stream()
                .map(field -> component(field.getType(), field.getName(), type.getName()))
                .collect(Collectors.joining(", "))
        + ") {}\n";
  }

  private String component(GraphQLInputType type, String name, String where) {
    return input(type) + " " + name(name, where);
  }

  /** Returns a name that Java takes. */
  static String name(String name, String where) {
    if (!SourceVersion.isKeyword(name)) {
      return name;
    }
    throw new InvalidDocumentsException(
        List.of("in " + where + " " + name + " is a word of Java: give it an alias"));
  }
}
