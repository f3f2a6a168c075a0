package dev.parley.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.TransportException;
import dev.parley.store.IdempotencyStore;
import dev.parley.store.MessageStore;
import dev.parley.testkit.conformance.StoreConformance;
import dev.parley.testkit.conformance.StoreHarness;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class MemoryStoreTest extends StoreConformance {
  @Override
  protected StoreHarness harness(InstantSource clock) {
    MemoryStore store = MemoryStore.create(clock);
    return new StoreHarness() {
      @Override
      public MessageStore messages() {
        return store;
      }

      @Override
      public IdempotencyStore keys() {
        return store;
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void failsWhileItIsDown() {
    MemoryStore store = MemoryStore.create();
    store.down(true);

    assertThatThrownBy(() -> store.open("queue")).isInstanceOf(TransportException.class);
    store.down(false);
    store.open("queue");
  }
}
