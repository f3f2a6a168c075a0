package dev.parley.benchmarks;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A client that publishes with acknowledgement, and consumes that itself, with settlement. */
abstract class MessageClient implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;

  private final Semaphore published = new Semaphore(0);
  private final Semaphore consumed = new Semaphore(0);

  /** The clients that are compared. */
  enum Kind {
    RAW {
      @Override
      MessageClient open(Broker broker, int port, String topic, byte[] payload) throws Exception {
        return broker.raw(port, topic, payload);
      }
    },
    PARLEY {
      @Override
      MessageClient open(Broker broker, int port, String topic, byte[] payload) throws Exception {
        return new ParleyClient(broker.uri(port, topic), topic, payload);
      }
    };

    /** Returns a client for a topic that there is. */
    abstract MessageClient open(Broker broker, int port, String topic, byte[] payload)
        throws Exception;

    String title(Broker broker) {
      return this == RAW ? broker.client + ", raw" : "Parley";
    }
  }

  /** Begins to consume, so that whatever is published from now on comes. */
  abstract void consume() throws Exception;

  /** Publishes the message once; returns at once. */
  abstract void publish() throws Exception;

  @Override
  public abstract void close() throws Exception;

  /** Publishes so many at once; returns when all are acknowledged. */
  final void publish(int messages) throws Exception {
    for (int i = 0; i < messages; i++) {
      publish();
    }
    await(published, messages);
  }

  /** Returns when so many have come. */
  final void awaitConsumed(int messages) throws InterruptedException {
    await(consumed, messages);
  }

  static void await(Semaphore done, int messages) throws InterruptedException {
    if (!done.tryAcquire(messages, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(messages - done.availablePermits() + " are missing");
    }
  }

  final void published(Throwable failure) {
    if (failure == null) {
      published.release();
    } else {
      failure.printStackTrace();
    }
  }

  final void consumed() {
    consumed.release();
  }
}
