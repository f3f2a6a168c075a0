package dev.parley.graphql.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Operation;
import dev.parley.graphql.GraphQl;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphQlCodegenTest {
  private static final String SCHEMA =
      """
      scalar DateTime
      enum Size { SMALL LARGE }
      input Part { sku: ID!, count: Int!, size: Size }
      interface Named { name: String! }
      type Maker implements Named { name: String!, founded: Int! }
      type Product implements Named {
        id: ID!
        name: String!
        size: Size
        since: DateTime
        price: Float
        weight: Float!
        tags: [String!]!
        sizes: [[Int]]
        product: Product
        maker: Maker!
      }
      type Query { product(id: ID!): Product, named: [Named!]!, default: Int }
      type Mutation { order(parts: [Part!]!, note: String, gift: Boolean! = false): Int! }
      type Subscription { prices(sku: ID): Float! }
      """;

  @TempDir Path folder;

  private Path documents;
  private Path target;

  @BeforeEach
  void write() throws IOException {
    documents = Files.createDirectory(folder.resolve("documents"));
    target = folder.resolve("generated");
    Files.writeString(folder.resolve("schema.graphqls"), SCHEMA);
  }

  private void document(String name, String text) throws IOException {
    Files.writeString(documents.resolve(name), text);
  }

  private void generate() {
    GraphQlCodegen.main(
        folder.resolve("schema.graphqls").toString(),
        documents.toString(),
        "shop.api",
        target.toString(),
        "DateTime=java.time.Instant");
  }

  private Class<?> compiled(String name) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter out = new StringWriter();
    Path classes = Files.createDirectories(folder.resolve("classes"));
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Stream<Path> sources = Files.walk(target)) {
      List<String> options =
          List.of(
              "-d",
              classes.toString(),
              "-cp",
              System.getProperty("java.class.path"),
              "-proc:none",
              "-Xlint:all,-path",
              "-Werror");
      boolean compiles =
          compiler
              .getTask(
                  out,
                  files,
                  null,
                  options,
                  null,
                  files.getJavaFileObjectsFromPaths(sources.filter(Files::isRegularFile).toList()))
              .call();
      assertThat(compiles).as(out.toString()).isTrue();
    }
    URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
    return loader.loadClass("shop.api." + name);
  }

  private static Operation<?, ?> operation(Class<?> type) throws ReflectiveOperationException {
    return (Operation<?, ?>) type.getField("OPERATION").get(null);
  }

  private static String components(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(each -> shown(each) + " " + each.getName())
        .collect(Collectors.joining(", "));
  }

  private static String shown(RecordComponent component) {
    return component
        .getGenericType()
        .getTypeName()
        .replaceAll("java\\.(lang|util|time)\\.", "")
        .replaceAll("shop\\.api\\.([A-Za-z0-9]+\\$)*", "");
  }

  // ---------------------------------------------------------------- what is written

  @Test
  void writesAnOperationWithRecordsOfWhatGoesOutAndComesBack() throws Exception {
    document(
        "product.graphql",
        """
        query Product($id: ID!) {
          product(id: $id) {
            ...Facts
            size since price weight tags sizes
            product { name product { id } }
          }
        }
        """);
    document("facts.graphql", "fragment Facts on Product { id maker { name } }");
    generate();

    Class<?> product = compiled("ProductQuery");

    Operation<?, ?> operation = operation(product);
    assertThat(operation.name()).isEqualTo("Product");
    assertThat(operation.binding(GraphQl.class)).hasToString("query Product");
    assertThat(operation.binding(GraphQl.class).text())
        .contains("query Product($id: ID!)")
        .contains("fragment Facts on Product");
    assertThat(components(operation.requestType().rawType())).isEqualTo("String id");
    Class<?> data = operation.replyType().rawType();
    assertThat(components(data)).isEqualTo("Product product");
    Class<?> inner = data.getRecordComponents()[0].getType();
    assertThat(components(inner))
        .isEqualTo(
            "String id, Maker maker, Size size, Instant since, Double price, double weight,"
                + " List<String> tags, List<List<Integer>> sizes, Product2 product");
    Class<?> innermost = inner.getRecordComponents()[8].getType();
    assertThat(components(innermost)).isEqualTo("String name, Product3 product");
    Class<?> size = product.getClassLoader().loadClass("shop.api.Size");
    assertThat(Arrays.toString(size.getEnumConstants())).isEqualTo("[SMALL, LARGE]");
  }

  @Test
  void writesInputsEnumsAndNullableVariables() throws Exception {
    document(
        "order.graphql",
        """
        mutation Order($parts: [Part!]!, $note: String, $gift: Boolean!) {
          order(parts: $parts, note: $note, gift: $gift)
        }
        """);
    generate();

    Class<?> order = compiled("OrderMutation");

    assertThat(components(operation(order).requestType().rawType()))
        .isEqualTo("List<Part> parts, String note, boolean gift");
    assertThat(components(order.getClassLoader().loadClass("shop.api.Part")))
        .isEqualTo("String sku, int count, Size size");
    assertThat(components(operation(order).replyType().rawType())).isEqualTo("int order");
  }

  @Test
  void writesSubscriptionsWithoutVariables() throws Exception {
    document("prices.graphql", "subscription Prices { prices }");
    generate();

    Operation<?, ?> prices = operation(compiled("PricesSubscription"));

    assertThat(prices.requestType().rawType()).isEqualTo(Void.class);
    assertThat(components(prices.replyType().rawType())).isEqualTo("double prices");
  }

  @Test
  void whatMayBeMissingIsNeverPrimitive() throws Exception {
    document(
        "named.graphql",
        """
        query Named($deep: Boolean!) {
          named {
            __typename
            name
            ... on Maker { founded }
            ... on Product { weight @include(if: $deep) }
          }
          aka: default
        }
        """);
    generate();

    Class<?> data = operation(compiled("NamedQuery")).replyType().rawType();

    assertThat(components(data)).isEqualTo("List<Named> named, Integer aka");
    assertThat(components(data.getDeclaredClasses()[0]))
        .isEqualTo("String __typename, String name, Integer founded, Double weight");
  }

  // ---------------------------------------------------------------- what fails the build

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "query Q { product(id: 1) { nope } }|1:28: |Field 'nope' in type 'Product' is undefined",
        "query Q { product { id } }|1:11: |Missing field argument 'id'",
        "query Q { product(id: {}) { id } }|1:19: |argument 'id'",
        "query Q($id: Int!) { product(id: $id) { id } }|1:34: |of type 'Int!' used in position expecting type 'ID!'",
        "query Q { product(id: 1) { id }|bad.graphql:2:|Invalid syntax",
        "query Q { product(id: 1) }|1:11: |Subselection required",
        "query Q { named { name } } fragment F on Product { id }|1:28: |Unused fragment 'F'",
      })
  void failsWhereADocumentDoesNotFitTheSchema(String text, String place, String message)
      throws Exception {
    document("bad.graphql", text);

    assertThatThrownBy(this::generate)
        .isInstanceOf(InvalidDocumentsException.class)
        .hasMessageStartingWith("bad.graphql:")
        .hasMessageContaining(place)
        .hasMessageContaining(message);
    assertThat(target).doesNotExist();
  }

  @Test
  void namesAllThatIsWrongInEachFile() throws Exception {
    document("a.graphql", "query A {\n  nope\n}");
    document("b.graphql", "query B {\n  never\n}");

    assertThatThrownBy(this::generate)
        .message()
        .hasLineCount(2)
        .contains("a.graphql:2:3: ", "b.graphql:2:3: ");
  }

  @Test
  void saysWhatItNeeds() throws Exception {
    assertThatThrownBy(this::generate)
        .hasMessage("the folder " + documents + " holds no documents: they end with .graphql");
    document("a.graphql", "{ named { name } }");
    assertThatThrownBy(this::generate)
        .hasMessage("a.graphql:1:1: the operation needs a name, which its class gets");
    document("a.graphql", "query A { default }");
    assertThatThrownBy(this::generate)
        .hasMessage("in Data default is a word of Java: give it an alias");
    document("a.graphql", "query A { product(id: 1) { since } }");
    assertThatThrownBy(() ->
            GraphQlCodegen.main(
                folder.resolve("schema.graphqls").toString(), documents.toString(), "p", "t"))
        .hasMessage(
            "the scalar DateTime has no Java type: add an argument such as"
                + " DateTime=java.lang.String");
    assertThatThrownBy(() -> GraphQlCodegen.main("schema", "documents", "p"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("give the schema's file, the folder of documents, the package");
    assertThatThrownBy(() -> GraphQlCodegen.main("s", "d", "p", "t", "DateTime"))
        .hasMessage("a custom scalar is told like DateTime=java.time.Instant, and not DateTime");
    Files.writeString(folder.resolve("schema.graphqls"), "type Query { a: Nope }");
    assertThatThrownBy(this::generate)
        .isInstanceOf(InvalidDocumentsException.class)
        .hasMessageContaining("Nope");
  }
}
