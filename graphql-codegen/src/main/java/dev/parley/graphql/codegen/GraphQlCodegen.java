package dev.parley.graphql.codegen;

import graphql.schema.GraphQLSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a Java class for each operation in a folder of GraphQL documents, after all of them were
 * found valid against a schema.
 *
 * <p>The operation {@code query Product} becomes the class {@code ProductQuery} with an {@code
 * OPERATION}, records for its variables and its data, and the document as its binding. Fragments
 * may stand in any of the files. Enums and input objects that are used become types of their own.
 * What may be null is boxed; what lies under a fragment of another type, or a directive, may always
 * be missing.
 *
 * <p>In a POM, {@code exec-maven-plugin} runs it:
 *
 * <pre>{@code
 * <plugin>
 *   <groupId>org.codehaus.mojo</groupId>
 *   <artifactId>exec-maven-plugin</artifactId>
 *   <executions>
 *     <execution>
 *       <phase>generate-sources</phase>
 *       <goals><goal>java</goal></goals>
 *       <configuration>
 *         <mainClass>dev.parley.graphql.codegen.GraphQlCodegen</mainClass>
 *         <includeProjectDependencies>false</includeProjectDependencies>
 *         <includePluginDependencies>true</includePluginDependencies>
 *         <arguments>
 *           <argument>${project.basedir}/src/main/graphql/schema.graphqls</argument>
 *           <argument>${project.basedir}/src/main/graphql</argument>
 *           <argument>com.example.shop</argument>
 *           <argument>${project.build.directory}/generated-sources/graphql</argument>
 *           <argument>DateTime=java.time.Instant</argument>
 *         </arguments>
 *         <sourceRoot>${project.build.directory}/generated-sources/graphql</sourceRoot>
 *       </configuration>
 *     </execution>
 *   </executions>
 *   <dependencies>
 *     <dependency>
 *       <groupId>dev.parley</groupId>
 *       <artifactId>parley-graphql-codegen</artifactId>
 *       <version>...</version>
 *     </dependency>
 *   </dependencies>
 * </plugin>
 * }</pre>
 *
 * <p><b>Threads:</b> it keeps nothing between calls.
 */
public final class GraphQlCodegen {
  private GraphQlCodegen() {}

  /**
   * Takes the schema's file, the folder of documents ({@code *.graphql}), the package, the folder
   * to write to, and Java types of custom scalars such as {@code DateTime=java.time.Instant}.
   *
   * @throws IllegalArgumentException if the arguments are not these
   * @throws InvalidDocumentsException if a document does not fit the schema, so that the build
   *     fails
   */
  public static void main(String... arguments) {
    if (arguments.length < 4) {
      throw new IllegalArgumentException(
          "give the schema's file, the folder of documents, the package and the folder to write"
              + " to, and then custom scalars such as DateTime=java.time.Instant");
    }
    Map<String, String> scalars = new TreeMap<>();
    for (String each : List.of(arguments).subList(4, arguments.length)) {
      int equals = each.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "a custom scalar is told like DateTime=java.time.Instant, and not " + each);
      }
      scalars.put(each.substring(0, equals), each.substring(equals + 1));
    }
    generate(
        Path.of(arguments[0]), Path.of(arguments[1]), arguments[2], Path.of(arguments[3]), scalars);
  }

  /**
   * Validates and writes.
   *
   * @param schema the file with the schema
   * @param documents the folder with the documents
   * @param javaPackage the package of all classes
   * @param target the folder under which the package's folder is made
   * @param scalars the Java types of custom scalars by name
   * @throws InvalidDocumentsException if the schema or a document is not valid, or a scalar has no
   *     Java type; nothing is written then
   */
  public static void generate(
      Path schema, Path documents, String javaPackage, Path target, Map<String, String> scalars) {
    try {
      GraphQLSchema types = Sources.schema(schema);
      Map<String, String> classes =
          new Classes(types, Sources.documents(documents, types), javaPackage, scalars).write();
      Path folder = target.resolve(javaPackage.replace('.', '/'));
      Files.createDirectories(folder);
      for (Map.Entry<String, String> each : classes.entrySet()) {
        Files.writeString(folder.resolve(each.getKey() + ".java"), each.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or write: " + e.getMessage(), e);
    }
  }
}
