package dev.parley.graphql.codegen;

import graphql.GraphQLError;
import graphql.ParseAndValidate;
import graphql.language.Document;
import graphql.language.SourceLocation;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.MultiSourceReader;
import graphql.parser.Parser;
import graphql.parser.ParserEnvironment;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.UnExecutableSchemaGenerator;
import graphql.schema.idl.errors.SchemaProblem;
import graphql.validation.ValidationError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a schema and documents, and refuses what is not valid. */
final class Sources {
  private Sources() {}

  static GraphQLSchema schema(Path file) throws IOException {
    try {
      return UnExecutableSchemaGenerator.makeUnExecutableSchema(
          new SchemaParser().parse(Files.readString(file)));
    } catch (SchemaProblem e) {
      throw new InvalidDocumentsException(problems(e.getErrors(), file.getFileName().toString()));
    }
  }

  /** Reads all documents of a folder as one, so that fragments can be shared. */
  static Document documents(Path folder, GraphQLSchema schema) throws IOException {
    MultiSourceReader.Builder sources = MultiSourceReader.newMultiSourceReader().trackData(true);
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.toString().endsWith(".graphql")).sorted().toList();
    }
    if (files.isEmpty()) {
      throw new InvalidDocumentsException(
          List.of("the folder " + folder + " holds no documents: they end with .graphql"));
    }
    for (Path each : files) {
      sources.string(Files.readString(each) + "\n", folder.relativize(each).toString());
    }
    Document document;
    try (MultiSourceReader reader = sources.build()) {
      document =
          new Parser()
              .parseDocument(ParserEnvironment.newParserEnvironment().document(reader).build());
    } catch (InvalidSyntaxException e) {
      throw new InvalidDocumentsException(
          List.of(place(e.getLocation(), "?") + ": " + e.getMessage()));
    }
    List<ValidationError> errors = ParseAndValidate.validate(schema, document, Locale.ENGLISH);
    if (!errors.isEmpty()) {
      throw new InvalidDocumentsException(problems(errors, "?"));
    }
    return document;
  }

  private static List<String> problems(List<? extends GraphQLError> errors, String file) {
    return errors.stream()
        .map(error -> {
          List<SourceLocation> places = error.getLocations();
          SourceLocation place = places == null || places.isEmpty() ? null : places.get(0);
          return place(place, file) + ": " + error.getMessage();
        })
        .toList();
  }

  /** Returns where something stands: file, line and column. */
  static String place(@Nullable SourceLocation place, String file) {
    if (place == null) {
      return file;
    }
    String name = place.getSourceName();
    return (name == null ? file : name) + ":" + place.getLine() + ":" + place.getColumn();
  }
}
