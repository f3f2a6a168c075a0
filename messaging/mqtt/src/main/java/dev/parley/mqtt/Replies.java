package dev.parley.mqtt;

import io.reactivex.Flowable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who waits for which reply, by correlation data. The response topic is this channel's own.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class Replies {
  private final Executor workers;
  private final String topic;
  private final AtomicLong number = new AtomicLong();
  private final Map<ByteBuffer, Caller> callers = new ConcurrentHashMap<>();

  Replies(String prefix, Executor workers) {
    this.topic = prefix + "/" + UUID.randomUUID();
    this.workers = workers;
  }

  /** Who waits. */
  interface Caller {
    /** Returns whether the broker has its request; before, its publication tells of a loss. */
    boolean isAccepted();

    void answered(Incoming reply);

    void failed(Throwable cause);
  }

  /** Returns the topic to answer to. */
  String topic() {
    return topic;
  }

  byte[] expect(Caller caller) {
    byte[] correlation = ByteBuffer.allocate(8).putLong(number.incrementAndGet()).array();
    callers.put(ByteBuffer.wrap(correlation), caller);
    return correlation;
  }

  void forget(byte[] correlation) {
    callers.remove(ByteBuffer.wrap(correlation));
  }

  /** Removes those whose request the broker has, since their replies will not come. */
  List<Caller> removeAccepted() {
    List<Caller> accepted = callers.values().stream().filter(Caller::isAccepted).toList();
    callers.values().removeAll(accepted);
    return accepted;
  }

  /** Listens on a connection that is not made yet; returns what ends that. */
  Runnable listen(Wire wire) {
    return Flowable.fromPublisher(wire.incoming(false)).subscribe(this::answered, failure -> {})
        ::dispose;
  }

  private void answered(Incoming reply) {
    byte[] correlation = reply.correlation();
    Caller caller = correlation == null ? null : callers.remove(ByteBuffer.wrap(correlation));
    if (caller != null) {
      workers.execute(() -> caller.answered(reply)); // decoding is the user's code
    }
  }
}
