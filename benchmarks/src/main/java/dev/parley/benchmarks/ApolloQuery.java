package dev.parley.benchmarks;

import com.apollographql.apollo.api.Adapter;
import com.apollographql.apollo.api.CompiledField;
import com.apollographql.apollo.api.CompiledNotNullType;
import com.apollographql.apollo.api.CustomScalarAdapters;
import com.apollographql.apollo.api.ObjectType;
import com.apollographql.apollo.api.Query;
import com.apollographql.apollo.api.json.JsonReader;
import com.apollographql.apollo.api.json.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The query as Apollo's compiler would write it, but with our records for its data. */
record ApolloQuery(String productId) implements Query<ApolloQuery.Data> {
  private static final List<String> DATA = List.of("product");
  private static final List<String> PRODUCT = List.of("id", "name", "price", "reviews");
  private static final List<String> REVIEW = List.of("stars", "text");

  /** What comes back. */
  record Data(QueryClient.Product product) implements Query.Data {}

  @Override
  public String id() {
    return "0d6f1c3e88a74a539a3c1f5f";
  }

  @Override
  public String name() {
    return "Product";
  }

  @Override
  public String document() {
    return QueryClient.DOCUMENT;
  }

  @Override
  public void serializeVariables(JsonWriter writer, CustomScalarAdapters scalars, boolean defaults)
      throws IOException {
    writer.name("id").value(productId);
  }

  @Override
  public CompiledField rootField() {
    return new CompiledField.Builder(
            "data", new CompiledNotNullType(new ObjectType.Builder("Query").build()))
        .build();
  }

  @Override
  public Adapter<Data> adapter() {
    return new Adapter<>() {
      @Override
      public Data fromJson(JsonReader reader, CustomScalarAdapters scalars) throws IOException {
        QueryClient.Product product = null;
        reader.beginObject();
        while (reader.selectName(DATA) == 0) {
          product = product(reader);
        }
        reader.endObject();
        return new Data(product);
      }

      @Override
      public void toJson(JsonWriter writer, CustomScalarAdapters scalars, Data data) {
        throw new UnsupportedOperationException("data is only read: Apollo writes it into caches");
      }
    };
  }

  private static QueryClient.Product product(JsonReader reader) throws IOException {
    String id = null;
    String name = null;
    double price = 0;
    List<QueryClient.Review> reviews = new ArrayList<>();
    reader.beginObject();
    for (int field = reader.selectName(PRODUCT); field >= 0; field = reader.selectName(PRODUCT)) {
      switch (field) {
        case 0 -> id = reader.nextString();
        case 1 -> name = reader.nextString();
        case 2 -> price = reader.nextDouble();
        default -> {
          reader.beginArray();
          while (reader.hasNext()) {
            reviews.add(review(reader));
          }
          reader.endArray();
        }
      }
    }
    reader.endObject();
    return new QueryClient.Product(id, name, price, reviews);
  }

  private static QueryClient.Review review(JsonReader reader) throws IOException {
    int stars = 0;
    String text = null;
    reader.beginObject();
    for (int field = reader.selectName(REVIEW); field >= 0; field = reader.selectName(REVIEW)) {
      if (field == 0) {
        stars = reader.nextInt();
      } else {
        text = reader.nextString();
      }
    }
    reader.endObject();
    return new QueryClient.Review(stars, text);
  }
}
