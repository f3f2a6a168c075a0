package dev.parley.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Receipt;
import dev.parley.Topic;
import dev.parley.store.MessageStore;
import dev.parley.store.Outbox;
import dev.parley.testkit.MemoryStore;
import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookSigner;
import dev.parley.webhook.WebhookVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the documentation shows. */
class WebhookSnippets {
  record Paid(String order, int cents) {}

  private static final Topic<Paid> PAID = Topic.of("order.paid", Paid.class);

  @Test
  void sends() {
    String secret = WebhookSigner.newSecret();
    Destinations destinations = WebhookHarness.LOOPBACK;
    List<DeliveryAttempt> deliveries = new ArrayList<>();
    try (Receiver receiver = Receiver.answering(200);
        Parley parley = Parley.create()) {
      String url = receiver.uri() + "/hooks";
      // @start region="send"
      WebhookSender sender =
          WebhookSender.builder(url) // as your customer gave it: checked, see Destinations
              .keys(SigningKeys.of(secret)) // whsec_…, which your customer has, too
              .destinations(destinations)
              .log(deliveries::add)
              .open(parley);

      Receipt receipt =
          sender.send(PAID, Message.builder(new Paid("o-7", 1250)).id("msg_o-7_paid").build());
      // @end

      assertThat(receipt.remoteId()).contains("msg_o-7_paid");
      assertThat(deliveries).hasSize(1);
      assertThat(
              WebhookVerifier.create(Providers.STANDARD_WEBHOOKS, secret)
                  .verify(receiver.arrivals().get(0).request())
                  .isVerified())
          .isTrue();
    }
  }

  @Test
  void sendsByAnOutbox() {
    Paid paid = new Paid("o-7", 1250);
    try (Receiver receiver = Receiver.answering(200);
        Parley parley = Parley.create()) {
      WebhookSender sender =
          WebhookSender.builder(receiver.uri())
              .keys(SigningKeys.of(WebhookSigner.newSecret()))
              .destinations(WebhookHarness.LOOPBACK)
              .open(parley);
      MessageStore store = MemoryStore.create(); // in production JdbcStore
      // @start region="outbox"
      try (Outbox outbox =
          Outbox.over(sender, store, "hooks-shop7").options(WebhookSender.OUTBOX).start(parley)) {
        outbox.channel().send(PAID, paid); // returns when it is stored
        // @end
        await().atMost(Receiver.PATIENCE).until(() -> receiver.arrivals().size() == 1);
      }
    }
  }

  record Customer(String url, String secret) {}

  @Test
  void sendsToMany() {
    Paid paid = new Paid("o-7", 1250);
    try (Receiver receiver = Receiver.answering(200);
        Parley parley = Parley.create()) {
      Customer shop7 = new Customer(receiver.uri() + "/hooks", WebhookSigner.newSecret());
      Map<String, Customer> customers = Map.of("shop7", shop7);
      MessageStore store = MemoryStore.create(); // in production JdbcStore
      Destinations destinations = WebhookHarness.LOOPBACK;
      // @start region="many"
      try (Webhooks webhooks =
          Webhooks.over(
                  store,
                  id ->
                      WebhookSender.builder(customers.get(id).url())
                          .keys(SigningKeys.of(customers.get(id).secret()))
                          .destinations(destinations)
                          .onDisabled(why -> System.out.println(id + " is disabled: it " + why)))
              .start(parley)) {
        webhooks.to("shop7").send(PAID, paid); // returns when it is stored
        // @end
        await().atMost(Receiver.PATIENCE).until(() -> webhooks.outbox("shop7").open() == 0);
        assertThat(receiver.arrivals()).hasSize(1);
      }
    }
  }

  @Test
  void rotates() {
    String newSecret = WebhookSigner.newSecret();
    String oldSecret = WebhookSigner.newSecret();
    // @start region="rotation"
    SigningKeys keys =
        SigningKeys.of(newSecret).and(oldSecret, Instant.now().plus(Duration.ofDays(1)));
    // @end
    assertThat(keys).hasToString("SigningKeys[2]");
  }
}
