package dev.parley.testkit;

import dev.parley.CallOptions;
import dev.parley.Headers;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.spi.Answer;
import dev.parley.spi.CallDriver;
import dev.parley.spi.Exchange;

/** Calls of the in-memory peer. Bodies are encoded and decoded as on any other transport. */
final class MemoryCalls implements CallDriver {
  private final MemoryDriver driver;

  MemoryCalls(MemoryDriver driver) {
    this.driver = driver;
  }

  @Override
  public <Q, R> Exchange<Answer<R>> prepare(
      Operation<Q, R> operation, Q request, CallOptions options) {
    Payload encoded = driver.codecs().codec(operation.requestType()).encode(request);
    driver.codecs().codec(operation.replyType()); // fails here rather than after the peer has acted
    return driver.exchange(
        attempt -> driver.memory().call(operation.name(), encoded, attempt, driver.codecs()),
        (Payload reply) ->
            Answer.of(
                driver.codecs().decode(operation.replyType(), reply), Headers.empty(), reply));
  }
}
