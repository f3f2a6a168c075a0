package dev.parley.testkit;

import dev.parley.CallOptions;
import dev.parley.Message;
import dev.parley.Payload;
import dev.parley.Receipt;
import dev.parley.Topic;
import dev.parley.spi.Exchange;
import dev.parley.spi.SendDriver;

/** Sends to the in-memory peer. */
final class MemorySends implements SendDriver {
  private final MemoryDriver driver;

  MemorySends(MemoryDriver driver) {
    this.driver = driver;
  }

  @Override
  public <T> Exchange<Receipt> prepare(Topic<T> topic, Message<T> message, CallOptions options) {
    Payload encoded = driver.codecs().codec(topic.type()).encode(message.body());
    return driver.exchange(
        attempt ->
            driver.memory().receive(topic.name(), message, encoded, attempt, driver.codecs()),
        (MemoryLog.Entry stored) ->
            Receipt.of(Receipt.Level.ACCEPTED_BY_PEER, Long.toString(stored.offset()), stored));
  }
}
