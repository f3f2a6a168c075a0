package dev.parley.store;

import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.Topic;

/** What the Javadoc shows; the testkit's tests run the same with a store. */
class StoreSnippets {
  static final Topic<String> PAYMENTS = Topic.of("payments", String.class);

  // @start region="inbox"
  static void consume(Parley parley, MessageStore store) {
    Inbox inbox = Inbox.create(store, "shop");
    QueueChannel queue = inbox.open(parley);
    queue.consume(PAYMENTS).run(delivery -> book(delivery.body()));
  }

  // @end

  // @start region="outbox"
  static void send(Parley parley, MessageStore store, SendChannel kafka) {
    try (Outbox outbox = Outbox.over(kafka, store, "events").start(parley)) {
      outbox.channel().send(PAYMENTS, Message.builder("paid").key("customer-7").build());
    }
  }

  // @end

  private static void book(String payment) {}
}
