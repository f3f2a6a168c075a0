package dev.parley.testkit.conformance;

import dev.parley.store.IdempotencyStore;
import dev.parley.store.MessageStore;

/** What {@link StoreConformance} needs to know of a store. A new one is made for each test. */
public interface StoreHarness extends AutoCloseable {
  /** Returns the empty store, as one program sees it. */
  MessageStore messages();

  /** Returns the empty store, as one program sees it. */
  IdempotencyStore keys();

  /** Returns the same store as another program sees it. Defaults to {@link #messages()}. */
  default MessageStore messagesElsewhere() {
    return messages();
  }

  /** Returns the same store as another program sees it. Defaults to {@link #keys()}. */
  default IdempotencyStore keysElsewhere() {
    return keys();
  }

  /** Releases it. */
  @Override
  void close();
}
