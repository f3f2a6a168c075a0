package dev.parley.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.PartialFailure;
import dev.parley.Reply;
import dev.parley.TypeRef;
import dev.parley.http.Auth;
import graphql.ParseAndValidate;
import graphql.parser.Parser;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.UnExecutableSchemaGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Javadoc and README show. */
class GraphQlSnippets {
  // @start region="bindings"
  record ById(String id) {}

  record Review(int stars, String text) {}

  record Product(String name, Double price, List<Review> reviews) {}

  record Part(String sku, int count) {}

  record Parts(List<Part> parts) {}

  static final Operation<ById, Product> PRODUCT =
      Operation.of("products.get", ById.class, Product.class)
          .bind(
              GraphQl.document(
                      """
                      query Product($id: ID!) {
                        product(id: $id) { name price reviews { ...Stars } }
                      }
                      fragment Stars on Review { stars text }
                      """)
                  .at("/product"));

  static final Operation<Parts, Integer> ORDER =
      Operation.of("orders.place", Parts.class, Integer.class)
          .with(Idempotency.KEYED)
          .bind(
              GraphQl.document("mutation Order($parts: [Part!]!) { order(parts: $parts) }")
                  .at("/order"));

  static final Operation<List<ById>, List<Product>> PRODUCTS =
      Operation.of("products.batch", new TypeRef<List<ById>>() {}, new TypeRef<List<Product>>() {})
          .bind(
              GraphQl.document("query Name($id: ID!) { product(id: $id) { name } }")
                  .at("/product")
                  .batch());

  // @end

  private static JavaServer server;

  @BeforeAll
  static void start() {
    server = new JavaServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void bindings() {
    try (Parley parley = Parley.create()) {
      CallChannel shop = parley.open(server.uri(), CallChannel.class);

      assertThat(shop.call(PRODUCT, new ById("1")).reviews())
          .containsExactly(new Review(5, "Grüße"), new Review(1, null));
      assertThat(shop.call(ORDER, new Parts(List.of(new Part("1", 2), new Part("2", 3)))))
          .isEqualTo(5);
      assertThat(shop.call(PRODUCTS, List.of(new ById("1"), new ById("2"))))
          .extracting(Product::name)
          .containsExactly("Anvil", "Broken");
    }
  }

  @Test
  void partialFailures() {
    try (Parley parley = Parley.create()) {
      CallChannel shop = parley.open(server.uri(), CallChannel.class);
      // @start region="partial"
      Reply<Product> reply = shop.newCall(PRODUCT, new ById("2"), CallOptions.DEFAULT).execute();
      Product product = reply.body(); // its price is null, since it could not be told
      for (PartialFailure failure : reply.partialFailures()) {
        System.err.println(failure.path() + ": " + failure.message()); // product/price: no price
      }
      // @end
      assertThat(product.price()).isNull();
      assertThat(reply.partialFailures()).hasSize(1);
    }
  }

  // @start region="validate"
  @Test
  void documentsFitTheSchema() {
    GraphQLSchema schema =
        UnExecutableSchemaGenerator.makeUnExecutableSchema(
            new SchemaParser().parse(resource("/schema.graphqls")));
    for (Operation<?, ?> each : List.of(PRODUCT, ORDER, PRODUCTS)) {
      String document = each.binding(GraphQl.class).text();
      assertThat(ParseAndValidate.validate(schema, new Parser().parseDocument(document)))
          .as(each.name())
          .isEmpty();
    }
  }

  // @end

  private static String resource(String name) {
    try (InputStream stream = GraphQlSnippets.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void builder() {
    String address = server.uri();
    // @start region="builder"
    try (GraphQlChannel shop =
        GraphQlChannel.builder(address)
            .persisted(true)
            .errorKind("RATE_LIMITED", Kind.THROTTLED)
            .auth(Auth.bearer(() -> "token"))
            .connectTimeout(Duration.ofSeconds(2))
            .build()) {
      Product product = shop.call(PRODUCT, new ById("1"));
      // @end
      assertThat(product.name()).isEqualTo("Anvil");
    }
  }
}
