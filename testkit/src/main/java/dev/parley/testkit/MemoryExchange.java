package dev.parley.testkit;

import dev.parley.spi.Attempt;
import dev.parley.spi.BlockingExchange;
import dev.parley.spi.Exchange;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call or send on its way to the in-memory peer and back, through the scripted faults.
 *
 * @param <P> what the peer answers
 * @param <T> what the driver makes of it
 */
class MemoryExchange<P, T> implements Exchange<T> {
  private final MemoryDriver driver;
  private final Peer<P> peer;
  private final Decoder<P, T> decoder;

  MemoryExchange(MemoryDriver driver, Peer<P> peer, Decoder<P, T> decoder) {
    this.driver = driver;
    this.peer = peer;
    this.decoder = decoder;
  }

  @Override
  public void start(Attempt<T> attempt) {
    Futures.atEnd(
        send(attempt),
        (result, failure) -> {
          if (failure == null) {
            attempt.succeed(result);
          } else {
            attempt.fail(unwrapped(failure));
          }
        });
  }

  CompletableFuture<T> send(Attempt<T> attempt) {
    MemoryFaults faults = driver.memory().faults();
    if (faults.takeRefusal()) {
      return CompletableFuture.failedFuture(MemoryException.refused(driver.endpoint()));
    }
    attempt.sent();
    Flight flight = new Flight(attempt);
    faults.connected(flight);
    Futures.atEnd(flight.outcome, (result, failure) -> faults.disconnected(flight));
    attempt.onCancel(flight::cancel);
    faults.pass(() -> driver.later(faults.latency(), flight::arrive));
    return flight.outcome;
  }

  static Throwable unwrapped(Throwable failure) {
    boolean wraps = failure instanceof CompletionException || failure instanceof ExecutionException;
    Throwable cause = failure.getCause();
    return wraps && cause != null ? cause : failure;
  }

  /** The same for callers that wait on their own thread. */
  static final class Blocking<P, T> extends MemoryExchange<P, T> implements BlockingExchange<T> {
    Blocking(MemoryDriver driver, Peer<P> peer, Decoder<P, T> decoder) {
      super(driver, peer, decoder);
    }

    @Override
    public T execute(Attempt<T> attempt) throws Exception {
      CompletableFuture<T> outcome = send(attempt);
      try {
        return outcome.get();
      } catch (InterruptedException e) {
        outcome.cancel(true);
        Thread.currentThread().interrupt();
        throw e;
      } catch (ExecutionException e) {
        Throwable cause = unwrapped(e);
        if (cause instanceof Exception exception) {
          throw exception;
        }
        throw e;
      }
    }
  }

  /** The far side. */
  interface Peer<P> {
    CompletableFuture<P> receive(Attempt<?> attempt) throws Exception;
  }

  /** Reads the answer on the near side. */
  interface Decoder<P, T> {
    T decode(P answer);
  }

  /** One attempt under way. */
  private final class Flight implements MemoryFaults.Cuttable {
    final CompletableFuture<T> outcome = new CompletableFuture<>();
    private final Attempt<T> attempt;
    private final AtomicBoolean arrived = new AtomicBoolean();
    private volatile @Nullable CompletableFuture<P> working;

    Flight(Attempt<T> attempt) {
      this.attempt = attempt;
    }

    void arrive() {
      if (outcome.isDone() || !arrived.compareAndSet(false, true)) {
        return;
      }
      MemoryFaults.ReplyFault fault = driver.memory().faults().takeReplyFault();
      CompletableFuture<P> answer;
      try {
        answer = peer.receive(attempt);
      } catch (Exception e) {
        answer = CompletableFuture.failedFuture(e);
      }
      working = answer;
      if (outcome.isDone()) {
        answer.cancel(true); // the caller went away while the peer began
      }
      Futures.atEnd(
          answer,
          (reply, failure) -> driver.memory().faults().pass(() -> back(fault, reply, failure)));
    }

    private void back(
        MemoryFaults.ReplyFault fault, @Nullable P reply, @Nullable Throwable failure) {
      if (fault.cut().isEmpty()) {
        driver.later(fault.delay(), () -> comeBack(reply, failure));
      } else {
        outcome.completeExceptionally(MemoryException.cut(fault.cut()));
      }
    }

    private void comeBack(@Nullable P reply, @Nullable Throwable failure) {
      if (failure != null) {
        Throwable cause = unwrapped(failure);
        outcome.completeExceptionally(
            cause instanceof CancellationException
                ? MemoryException.cut("the peer gave the request up")
                : MemoryException.internalError(cause));
        return;
      }
      try {
        outcome.complete(decode(reply));
      } catch (RuntimeException e) {
        outcome.completeExceptionally(e);
      }
    }

    @SuppressWarnings("NullAway") // null where P has no other value
    private T decode(@Nullable P reply) {
      return decoder.decode(reply);
    }

    void cancel() {
      outcome.cancel(true);
      CompletableFuture<P> answer = working;
      if (answer != null) {
        answer.cancel(true);
      }
    }

    @Override
    public void cut() {
      if (outcome.completeExceptionally(MemoryException.cut("the connection was cut"))) {
        CompletableFuture<P> answer = working;
        if (answer != null) {
          answer.cancel(true);
        }
      }
    }
  }
}
