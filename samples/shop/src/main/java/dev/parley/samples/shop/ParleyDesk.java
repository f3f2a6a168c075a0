package dev.parley.samples.shop;

import com.sun.net.httpserver.HttpHandler;
import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Topic;
import dev.parley.store.Inbox;
import dev.parley.store.Outbox;
import dev.parley.store.jdbc.JdbcStore;
import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookVerifier;
import dev.parley.webhooks.Destinations;
import dev.parley.webhooks.InboxEndpoint;
import dev.parley.webhooks.InboxHttpHandler;
import dev.parley.webhooks.SigningKeys;
import dev.parley.webhooks.WebhookSender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** Parley's desk: verified and stored before it is answered, handled from the store, once. */
final class ParleyDesk implements PaymentDesk {
  private static final Topic<PaymentEvent> PAYMENTS = Topic.of("payments", PaymentEvent.class);
  private static final Topic<PaymentEvent.Payment> PAID =
      Topic.of("order.paid", PaymentEvent.Payment.class);

  private final Path folder;
  private final JdbcStore store;
  private final Parley parley;
  private final Inbox inbox;
  private final Outbox outbox;
  private final InboxHttpHandler handler;

  ParleyDesk(PaymentBooks books, String secret, URI partner, String partnerSecret) {
    this.folder = temporaryFolder();
    this.store = JdbcStore.embedded(folder.resolve("desk"));
    this.parley = Parley.create();
    this.inbox = Inbox.create(store, "desk");
    this.handler =
        new InboxHttpHandler(
            InboxEndpoint.create(
                WebhookVerifier.create(Providers.STRIPE, secret), inbox, PAYMENTS));
    WebhookSender sender =
        WebhookSender.builder(partner.toString())
            .keys(SigningKeys.of(partnerSecret))
            .destinations(Destinations.PUBLIC.anyAddress().anyPort().plainHttp()) // this machine
            .open(parley);
    // A demo has no days: all is tried again soon.
    Duration[] soon = new Duration[100];
    Arrays.fill(soon, Duration.ofMillis(50));
    this.outbox =
        Outbox.over(sender, store, "partner")
            .options(WebhookSender.OUTBOX.retrySchedule(soon))
            .start(parley);
    var unusedSinceItGoesOnUntilClosed =
        inbox
            .open(parley)
            .consume(PAYMENTS, ConsumeOptions.DEFAULT.concurrency(8).retrySchedule(soon))
            .start(delivery -> handle(delivery, books));
  }

  private void handle(Delivery<PaymentEvent> delivery, PaymentBooks books) {
    PaymentEvent event = delivery.body();
    books.book(event.payment());
    outbox.channel().send(PAID, Message.builder(event.payment()).id("paid_" + event.id()).build());
  }

  @Override
  public String name() {
    return "Parley";
  }

  @Override
  public HttpHandler handler() {
    return handler;
  }

  @Override
  public boolean isIdle() {
    return inbox.open(PAYMENTS) == 0 && outbox.open() == 0;
  }

  @Override
  public void close() {
    outbox.close();
    parley.close();
    store.close();
    Street.delete(folder);
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("parley-desk-");
    } catch (IOException e) {
      throw new UncheckedIOException("the desk needs a folder for its database", e);
    }
  }
}
