package dev.parley.kafka;

import dev.parley.Receipt;
import dev.parley.spi.Attempt;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** One attempt to send a record. */
final class Sending implements Callback {
  private final ProducerRecord<byte[], byte[]> message;
  private final Attempt<Receipt> attempt;
  private volatile @Nullable Thread sender; // while it is handed to the producer

  Sending(ProducerRecord<byte[], byte[]> message, Attempt<Receipt> attempt) {
    this.message = message;
    this.attempt = attempt;
  }

  String topic() {
    return message.topic();
  }

  boolean isCancelled() {
    return attempt.isCancelled();
  }

  /** Hands it to a producer; returns whether that is still good for others. */
  boolean sendBy(Producer<byte[], byte[]> producer) {
    attempt.sent();
    sender = Thread.currentThread();
    try {
      Future<RecordMetadata> unusedSinceItCallsBack = producer.send(message, this);
      return true;
    } catch (RuntimeException e) {
      unsent(e);
      // It was closed, or has failed for good.
      return e instanceof InterruptException || e instanceof SerializationException;
    } finally {
      sender = null;
    }
  }

  /** It has not come as far as the producer's buffer. */
  void unsent(Throwable failure) {
    if (sender != null) {
      attempt.notProcessed(); // it was called sent
    }
    attempt.fail(new UnsentException(failure));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // of the very thread
  public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
    if (failure != null) {
      if (Thread.currentThread() == sender) {
        unsent(failure);
      } else {
        attempt.fail(failure);
      }
    } else if (metadata != null) {
      attempt.succeed(
          Receipt.of(
              Receipt.Level.ACCEPTED_BY_PEER,
              metadata.topic() + "-" + metadata.partition() + "@" + metadata.offset(),
              metadata));
    }
  }
}
