package dev.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Reply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the README shows. */
class ReadmeSnippets {
  private static final Operation<String, String> PLACE =
      Operation.of("orders.place", String.class, String.class).with(Idempotency.KEYED);

  @Test
  void first() {
    VirtualTime time = VirtualTime.create();
    try (MemoryTransport memory = MemoryTransport.on(time)) {
      memory.answer(PLACE, order -> "placed " + order); // the peer
      CallChannel shop = memory.parley().open("mem:shop", CallChannel.class);
      memory.faults().loseReplies(1); // it acts, but its first reply gets lost

      CompletableFuture<Reply<String>> reply =
          shop.newCall(PLACE, "tea", CallOptions.DEFAULT).submit();
      time.advanceUntil(reply::isDone, Duration.ofMinutes(1)); // back-off takes no real time

      assertThat(reply.join().body()).isEqualTo("placed tea");
      assertThat(memory.arrivals(PLACE)).isEqualTo(2); // repeated, with the same key
    }
  }
}
