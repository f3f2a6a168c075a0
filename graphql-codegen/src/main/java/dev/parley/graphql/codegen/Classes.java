package dev.parley.graphql.codegen;

import graphql.language.AstPrinter;
import graphql.language.Document;
import graphql.language.FragmentDefinition;
import graphql.language.OperationDefinition;
import graphql.language.Type;
import graphql.language.VariableDefinition;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLNonNull;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The classes of all operations, and the types that they share. */
final class Classes {
  private final GraphQLSchema schema;
  private final Document document;
  private final String javaPackage;
  private final JavaTypes types;
  private final Map<String, FragmentDefinition> fragments = new LinkedHashMap<>();

  Classes(
      GraphQLSchema schema, Document document, String javaPackage, Map<String, String> scalars) {
    this.schema = schema;
    this.document = document;
    this.javaPackage = javaPackage;
    this.types = new JavaTypes(javaPackage, scalars);
    document
        .getDefinitionsOfType(FragmentDefinition.class)
        .forEach(each -> fragments.put(each.getName(), each));
  }

  /** Returns the text of each class by its name. */
  Map<String, String> write() {
    Map<String, String> classes = new TreeMap<>();
    for (OperationDefinition each : document.getDefinitionsOfType(OperationDefinition.class)) {
      String name = each.getName();
      if (name == null) {
        throw new InvalidDocumentsException(
            List.of(
                Sources.place(each.getSourceLocation(), "?")
                    + ": the operation needs a name, which its class gets"));
      }
      String simpleName = capitalized(name) + capitalized(kind(each));
      classes.put(simpleName, inPackage(operation(simpleName, each)));
    }
    types.classes().forEach((name, text) -> classes.put(name, inPackage(text)));
    return classes;
  }

  private String operation(String simpleName, OperationDefinition operation) {
    GraphQLObjectType root =
        Objects.requireNonNull(
            switch (operation.getOperation()) {
              case QUERY -> schema.getQueryType();
              case MUTATION -> schema.getMutationType();
              case SUBSCRIPTION -> schema.getSubscriptionType();
            });
    Records records = new Records(schema, fragments, types, simpleName);
    String data = records.record("Data", root, operation.getSelectionSet(), "  ");
    String variables = variables(operation);
    String request = variables.isEmpty() ? "Void" : "Variables";
    return """
    public final class %1$s {
      /** {@code %2$s %3$s}. */
      public static final dev.parley.Operation<%4$s, Data> OPERATION =
          dev.parley.Operation.of("%3$s", %4$s.class, Data.class)
              .bind(
                  dev.parley.graphql.GraphQl.document(
                      \"""
    %5$s\"""));

      private %1$s() {}
    %6$s
      /** What comes back. */
    %7$s}
    """
        .formatted(
            simpleName,
            kind(operation),
            operation.getName(),
            request,
            text(operation, records),
            variables,
            data);
  }

  private String variables(OperationDefinition operation) {
    if (operation.getVariableDefinitions().isEmpty()) {
      return "";
    }
    String components =
        operation.getVariableDefinitions().stream()
            .map(each ->
                types.input(type(each.getType(), each))
                    + " "
                    + JavaTypes.name(each.getName(), "the variables of " + operation.getName()))
            .collect(Collectors.joining(", "));
    return "\n  /** What is asked for. */\n  public record Variables(" + components + ") {}\n";
  }

  private GraphQLType type(Type<?> type, VariableDefinition variable) {
    if (type instanceof graphql.language.NonNullType inner) {
      return GraphQLNonNull.nonNull(type(inner.getType(), variable));
    }
    if (type instanceof graphql.language.ListType list) {
      return GraphQLList.list(type(list.getType(), variable));
    }
    return Objects.requireNonNull(
        schema.getType(((graphql.language.TypeName) type).getName()), variable.getName());
  }

  /** Returns the operation with its fragments as the inside of a text block. */
  private String text(OperationDefinition operation, Records records) {
    Document.Builder one = Document.newDocument().definition(operation);
    records.fragments().forEach(one::definition);
    return AstPrinter.printAst(one.build())
            .strip()
            .replace("\\", "\\\\")
            .replace("\"\"\"", "\\\"\"\"")
            .indent(18)
        + " ".repeat(18);
  }

  private String inPackage(String declaration) {
    return "package "
        + javaPackage
        + ";\n\n/** Written by parley-graphql-codegen. */\n"
        + declaration;
  }

  private static String kind(OperationDefinition operation) {
    return operation.getOperation().name().toLowerCase(java.util.Locale.ROOT);
  }

  static String capitalized(@Nullable String name) {
    String given = Objects.requireNonNull(name);
    return given.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + given.substring(1);
  }
}
