package dev.parley.graphql.codegen;

import graphql.introspection.Introspection;
import graphql.language.Directive;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.schema.GraphQLCompositeType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The records of one operation's data: one for each selection, inside of that around it. */
final class Records {
  private static final Set<String> TAKEN =
      Set.of("String", "Integer", "Double", "Boolean", "Void", "Variables");

  private final GraphQLSchema schema;
  private final Map<String, FragmentDefinition> known;
  private final JavaTypes types;
  private final Set<String> names = new TreeSet<>(TAKEN);
  private final Map<String, FragmentDefinition> used = new LinkedHashMap<>();

  Records(
      GraphQLSchema schema,
      Map<String, FragmentDefinition> known,
      JavaTypes types,
      String simpleName) {
    this.schema = schema;
    this.known = known;
    this.types = types;
    names.add(simpleName);
  }

  /** Returns the fragments that the records came across. */
  Collection<FragmentDefinition> fragments() {
    return used.values();
  }

  /** Returns the record of a selection, with those of the selections in it. */
  String record(String name, GraphQLCompositeType type, SelectionSet selection, String indent) {
    Picks picks = new Picks();
    picks.add(type, selection, false);
    return record(name, picks, indent);
  }

  private String record(String name, Picks picks, String indent) {
    names.add(name);
    List<String> components = new ArrayList<>();
    StringBuilder nested = new StringBuilder();
    picks.all.forEach((key, pick) -> {
      String type =
          JavaTypes.of(
              pick.field.getType(),
              pick.optional,
              leaf -> {
                if (!(leaf instanceof GraphQLCompositeType)) {
                  return types.named(leaf);
                }
                String inner = unlikeAllAround(Classes.capitalized(key));
                nested.append("\n").append(record(inner, pick.inner, indent + "  "));
                return inner;
              });
      components.add(type + " " + JavaTypes.name(key, name));
    });
    names.remove(name);
    String body = nested.isEmpty() ? "{}\n" : "{" + nested + indent + "}\n";
    return indent
        + "public record "
        + name
        + components.stream().collect(Collectors.joining(", ", "(", ") "))
        + body;
  }

  // A class cannot be named like one around it.
  private String unlikeAllAround(String name) {
    String free = name;
    for (int i = 2; names.contains(free); i++) {
      free = name + i;
    }
    return free;
  }

  /** What is selected of one type, by the names in the answer. */
  private final class Picks {
    final Map<String, Pick> all = new LinkedHashMap<>();

    void add(GraphQLCompositeType type, @Nullable SelectionSet selection, boolean optional) {
      if (selection == null) {
        return;
      }
      for (Selection<?> each : selection.getSelections()) {
        if (each instanceof Field field) {
          add(type, field, optional || isConditional(field.getDirectives()));
        } else if (each instanceof InlineFragment inline) {
          boolean sometimes = optional || isConditional(inline.getDirectives());
          String condition =
              inline.getTypeCondition() == null ? null : inline.getTypeCondition().getName();
          addFragment(type, condition, inline.getSelectionSet(), sometimes);
        } else if (each instanceof FragmentSpread spread) {
          FragmentDefinition fragment = Objects.requireNonNull(known.get(spread.getName()));
          used.put(fragment.getName(), fragment);
          addFragment(
              type,
              fragment.getTypeCondition().getName(),
              fragment.getSelectionSet(),
              optional || isConditional(spread.getDirectives()));
        }
      }
    }

    private void addFragment(
        GraphQLCompositeType type,
        @Nullable String condition,
        SelectionSet selection,
        boolean optional) {
      boolean always =
          condition == null
              || condition.equals(type.getName())
              || type instanceof GraphQLObjectType;
      GraphQLCompositeType inner =
          condition == null
              ? type
              : (GraphQLCompositeType) Objects.requireNonNull(schema.getType(condition));
      add(inner, selection, optional || !always);
    }

    private void add(GraphQLCompositeType type, Field field, boolean optional) {
      GraphQLFieldDefinition definition = definition(type, field.getName());
      Pick pick =
          all.computeIfAbsent(field.getResultKey(), key -> new Pick(definition, new Picks()));
      pick.optional &= optional;
      if (GraphQLTypeUtil.unwrapAll(definition.getType()) instanceof GraphQLCompositeType of) {
        pick.inner.add(of, field.getSelectionSet(), optional);
      }
    }

    private GraphQLFieldDefinition definition(GraphQLCompositeType type, String name) {
      return name.equals("__typename")
          ? Introspection.TypeNameMetaFieldDef
          : Objects.requireNonNull(((GraphQLFieldsContainer) type).getFieldDefinition(name), name);
    }

    private boolean isConditional(List<Directive> directives) {
      return directives.stream()
          .anyMatch(each -> each.getName().equals("skip") || each.getName().equals("include"));
    }
  }

  /** A field that is asked for, maybe in several places. */
  private static final class Pick {
    final GraphQLFieldDefinition field;
    final Picks inner;
    boolean optional = true;

    Pick(GraphQLFieldDefinition field, Picks inner) {
      this.field = field;
      this.inner = inner;
    }
  }
}
