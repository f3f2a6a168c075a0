package dev.parley.graphql.apollo;

import static dev.parley.graphql.apollo.ApolloSnippets.PRODUCT;
import static dev.parley.graphql.apollo.ApolloSnippets.SCALARS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.apollographql.apollo.api.DefaultUpload;
import com.apollographql.apollo.api.Query;
import dev.parley.CallOptions;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Gap;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.PartialFailure;
import dev.parley.ReconnectPolicy;
import dev.parley.Reply;
import dev.parley.Resumed;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamOptions;
import dev.parley.graphql.GraphQl;
import dev.parley.graphql.GraphQlChannel;
import dev.parley.graphql.GraphQlException;
import dev.parley.graphql.SubscriptionProtocol;
import dev.parley.graphql.apollo.shop.CountdownSubscription;
import dev.parley.graphql.apollo.shop.FailQuery;
import dev.parley.graphql.apollo.shop.OrderMutation;
import dev.parley.graphql.apollo.shop.ProductQuery;
import dev.parley.graphql.apollo.shop.SendMutation;
import dev.parley.graphql.apollo.shop.SizedQuery;
import dev.parley.graphql.apollo.shop.type.Part;
import dev.parley.graphql.apollo.shop.type.Size;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Apollo's compiler has generated, against a real server. */
class ApolloOperationsTest {
  private static final Instant SINCE = Instant.parse("2020-01-02T03:04:05Z");
  private static final Operation<SizedQuery, SizedQuery.Data> SIZED =
      ApolloOperations.of(SizedQuery.class, SizedQuery.OPERATION_DOCUMENT, SCALARS);
  private static final Operation<FailQuery, FailQuery.Data> FAIL =
      ApolloOperations.of(FailQuery.class, FailQuery.OPERATION_DOCUMENT);
  private static final Operation<OrderMutation, OrderMutation.Data> ORDER =
      ApolloOperations.of(OrderMutation.class, OrderMutation.OPERATION_DOCUMENT, SCALARS);
  private static final Operation<SendMutation, SendMutation.Data> SEND =
      ApolloOperations.of(SendMutation.class, SendMutation.OPERATION_DOCUMENT);
  private static final Operation<CountdownSubscription, CountdownSubscription.Data> COUNTDOWN =
      ApolloOperations.of(CountdownSubscription.class, CountdownSubscription.OPERATION_DOCUMENT);

  private Shop server;
  private Parley parley;
  private GraphQlChannel shop;

  @BeforeEach
  void open() throws IOException {
    server = new Shop();
    parley = Parley.create();
    shop =
        GraphQlChannel.builder(server.uri()).subscriptions(SubscriptionProtocol.SSE).open(parley);
  }

  @AfterEach
  void close() {
    parley.close();
    server.close();
  }

  private <Q, R> Reply<R> reply(Operation<Q, R> operation, Q request) {
    return shop.newCall(operation, request, CallOptions.DEFAULT).execute();
  }

  // ---------------------------------------------------------------- queries

  @Test
  void readsEnumsListsScalarsFragmentsAndNulls() {
    ProductQuery.Product anvil = shop.call(PRODUCT, new ProductQuery("1", true)).product;

    assertThat(anvil.name).isEqualTo("Anvil");
    assertThat(anvil.size).isEqualTo(Size.LARGE);
    assertThat(anvil.tags).containsExactly("iron", "heavy");
    assertThat(anvil.since).isEqualTo(SINCE);
    assertThat(anvil.price).isEqualTo(9.5);
    assertThat(anvil.reviews.reviews).extracting(each -> each.stars).containsExactly(5, 1);
    assertThat(anvil.reviews.reviews).extracting(each -> each.text).containsExactly("Grüße", null);
  }

  @Test
  void readsNoFragmentThatTheVariablesLeaveOut() {
    assertThat(shop.call(PRODUCT, new ProductQuery("1", false)).product.reviews).isNull();
  }

  @Test
  void readsNullWhereThereIsNothing() {
    assertThat(shop.call(PRODUCT, new ProductQuery("none", true)).product).isNull();
  }

  @Test
  void writesEnumsAndScalars_andLeavesOutWhatWasNotSet() {
    List<SizedQuery.Sized> large =
        shop.call(SIZED, SizedQuery.builder().size(Size.LARGE).since(SINCE).build()).sized;
    shop.call(SIZED, SizedQuery.builder().size(Size.SMALL).build());

    assertThat(large).extracting(each -> each.id).containsExactly("1");
    assertThat(server.arrived())
        .containsExactly(
            Map.of("size", "LARGE", "since", SINCE.toString()), Map.of("size", "SMALL"));
  }

  @Test
  void toldFailuresStandBesidePartialData() {
    Reply<ProductQuery.Data> reply = reply(PRODUCT, new ProductQuery("2", true));

    assertThat(reply.body().product.name).isEqualTo("Broken");
    assertThat(reply.body().product.price).isNull();
    assertThat(reply.partialFailures())
        .extracting(PartialFailure::path)
        .containsExactly("product/price");
  }

  @Test
  void errorsWithoutDataAreAGraphQlException() {
    GraphQlException failure =
        catchThrowableOfType(
            GraphQlException.class, () -> shop.call(FAIL, new FailQuery("OUT_OF_STOCK")));

    assertThat(failure.code()).contains("OUT_OF_STOCK");
  }

  // ---------------------------------------------------------------- mutations

  @Test
  void aMutationSendsInputsListsAndNulls() {
    List<Part> parts =
        List.of(
            Part.builder().sku("a").count(2).build(),
            Part.builder().sku("b").count(3).note(null).build());

    int ordered =
        shop.call(ORDER, OrderMutation.builder().parts(parts).by(SINCE).note(null).build()).order;

    Map<String, Object> second = new HashMap<>(Map.of("sku", "b", "count", 3));
    second.put("note", null);
    Map<String, Object> sent = new HashMap<>(Map.of("by", SINCE.toString()));
    sent.put("parts", Arrays.asList(Map.of("sku", "a", "count", 2), second));
    sent.put("note", null);
    assertThat(ordered).isEqualTo(5);
    assertThat(server.arrived()).containsExactly(sent);
  }

  @Test
  void anUploadIsAFile() {
    var file = new DefaultUpload.Builder().content("Grüße").contentType("text/plain").build();

    assertThat(shop.call(SEND, new SendMutation(file)).upload).isEqualTo("Grüße");
  }

  @Test
  void aQueryIsSafeAndAMutationIsNot() {
    assertThat(PRODUCT.binding(GraphQl.class)).hasToString("query Product");
    assertThat(ORDER.binding(GraphQl.class)).hasToString("mutation Order");
    assertThat(ORDER.declaredIdempotency()).isEmpty();
    assertThat(ORDER.with(Idempotency.KEYED).declaredIdempotency()).contains(Idempotency.KEYED);
    assertThat(PRODUCT.name()).isEqualTo("ProductQuery");
    assertThat(PRODUCT.replyType().type()).isEqualTo(ProductQuery.Data.class);
  }

  // ---------------------------------------------------------------- subscriptions

  @Test
  void CON_1_aSubscriptionOutlivesADisconnect() {
    server.breaks = true;
    List<Resumed> resumes = new CopyOnWriteArrayList<>();
    StreamOptions options =
        StreamOptions.DEFAULT
            .reconnect(
                ReconnectPolicy.DEFAULT
                    .base(Duration.ofMillis(5))
                    .cap(Duration.ofMillis(20))
                    .floor(Duration.ofMillis(1)))
            .listener(
                new StateListener() {
                  @Override
                  public void changed(StateChange change) {}

                  @Override
                  public void resumed(Resumed resumed) {
                    resumes.add(resumed);
                  }
                });
    List<Integer> values = new ArrayList<>();
    List<Integer> failed = new ArrayList<>();

    shop.stream(COUNTDOWN, new CountdownSubscription(3), options)
        .forEach(element -> {
          values.add(element.body().countdown.value);
          element
              .headers()
              .first(GraphQl.ERRORS)
              .ifPresent(errors -> failed.add(element.body().countdown.value));
        });

    assertThat(values).containsExactly(3, 3, 2, 1, 0);
    assertThat(failed).as("those with errors beside their data").containsExactly(3, 3, 1);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(resumes).extracting(Resumed::gap).contains(Gap.POSSIBLE));
    assertThat(server.arrived()).containsExactly(Map.of("from", 3), Map.of("from", 3));
  }

  // ---------------------------------------------------------------- what does not fit

  @Test
  void aScalarWithoutAnAdapterIsToldBeforeAnythingIsSent() {
    var bare = ApolloOperations.of(SizedQuery.class, SizedQuery.OPERATION_DOCUMENT);

    CodecException failure =
        catchThrowableOfType(
            CodecException.class,
            () -> shop.call(bare, SizedQuery.builder().size(Size.LARGE).since(SINCE).build()));

    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(failure)
        .hasMessageContaining("SizedQuery")
        .rootCause()
        .hasMessageContaining("DateTime");
    assertThat(server.arrived()).isEmpty();
  }

  @Test
  void aScalarThatCannotBeReadIsToldAndNotRetried() {
    var bare = ApolloOperations.of(ProductQuery.class, ProductQuery.OPERATION_DOCUMENT);

    CodecException failure =
        catchThrowableOfType(
            CodecException.class, () -> shop.call(bare, new ProductQuery("1", true)));

    assertThat(failure.kind()).isEqualTo(Kind.LOCAL);
    assertThat(failure).rootCause().hasMessageContaining("DateTime");
    assertThat(server.arrived()).hasSize(1);
  }

  @Test
  void dataThatDoNotFitAreTheServersFault_andNotQuoted() {
    ApolloMapping<FailQuery, FailQuery.Data> mapping =
        new ApolloMapping<>(FailQuery.OPERATION_DOCUMENT, SCALARS);

    CodecException failure =
        catchThrowableOfType(
            CodecException.class,
            () -> mapping.data(new FailQuery("x"), "{\"fail\":[\"secret\"]}".getBytes()));

    assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
    assertThat(failure).hasNoCause();
  }

  @Test
  void aDocumentOfAnotherOperationIsRefused() {
    var mixed = ApolloOperations.of(FailQuery.class, ProductQuery.OPERATION_DOCUMENT);

    assertThatThrownBy(() -> shop.call(mixed, new FailQuery("x")))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("the document is not that of " + FailQuery.class.getName());
    assertThat(server.arrived()).isEmpty();
  }

  @Test
  @SuppressWarnings({"unchecked", "rawtypes"}) // a class that generics would not let through
  void aClassThatIsNoGeneratedOperationIsRefused() {
    assertThatThrownBy(() -> ApolloOperations.of((Class) Query.class, "{ a }"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("com.apollographql.apollo.api.Query");
  }
}
