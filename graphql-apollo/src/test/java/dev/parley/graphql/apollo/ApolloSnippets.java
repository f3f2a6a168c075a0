package dev.parley.graphql.apollo;

import static org.assertj.core.api.Assertions.assertThat;

import com.apollographql.apollo.api.Adapter;
import com.apollographql.apollo.api.Adapters;
import com.apollographql.apollo.api.CustomScalarAdapters;
import com.apollographql.apollo.api.json.JsonReader;
import com.apollographql.apollo.api.json.JsonWriter;
import dev.parley.CallChannel;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.graphql.apollo.shop.ProductQuery;
import dev.parley.graphql.apollo.shop.type.DateTime;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What the documentation shows. */
class ApolloSnippets {
  // @start region="operations"
  static final CustomScalarAdapters SCALARS =
      new CustomScalarAdapters.Builder().add(DateTime.type, new InstantAdapter()).build();

  static final Operation<ProductQuery, ProductQuery.Data> PRODUCT =
      ApolloOperations.of(ProductQuery.class, ProductQuery.OPERATION_DOCUMENT, SCALARS);

  // @end

  /** The scalar DateTime as an instant. */
  static final class InstantAdapter implements Adapter<Instant> {
    @Override
    public Instant fromJson(JsonReader reader, CustomScalarAdapters scalars) throws IOException {
      return Instant.parse(Adapters.StringAdapter.fromJson(reader, scalars));
    }

    @Override
    public void toJson(JsonWriter writer, CustomScalarAdapters scalars, Instant value)
        throws IOException {
      writer.value(value.toString());
    }
  }

  @Test
  void callsAGeneratedOperation() throws IOException {
    try (Shop server = new Shop();
        Parley parley = Parley.create()) {
      CallChannel shop = parley.open(server.uri(), CallChannel.class);
      // @start region="call"
      ProductQuery.Data data = shop.call(PRODUCT, new ProductQuery("1", true));
      // @end
      assertThat(data.product.name).isEqualTo("Anvil");
    }
  }
}
