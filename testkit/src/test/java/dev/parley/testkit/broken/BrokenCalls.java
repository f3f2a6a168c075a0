package dev.parley.testkit.broken;

import dev.parley.CallOptions;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Receipt;
import dev.parley.Topic;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.Exchange;
import dev.parley.spi.SendDriver;
import dev.parley.testkit.conformance.Note;
import java.util.Optional;
import java.util.UUID;

/** Calls that are broken, each in one way. */
enum BrokenCalls {
  /** Sends a failed request again by itself. */
  RETRIES_ON_ITS_OWN {
    @Override
    <T> void start(Exchange<T> good, Attempt<T> attempt) {
      good.start(
          new AttemptShell<>(attempt) {
            @Override
            public void fail(Throwable failure) {
              good.start(inner);
            }
          });
    }
  },

  /** Does not say when a request leaves. */
  HIDES_THAT_IT_SENT {
    @Override
    <T> void start(Exchange<T> good, Attempt<T> attempt) {
      good.start(
          new AttemptShell<>(attempt) {
            @Override
            public void sent() {}
          });
    }
  },

  /** Says that a request has left before it has connected. */
  CLAIMS_THAT_IT_SENT {
    @Override
    <T> void start(Exchange<T> good, Attempt<T> attempt) {
      attempt.sent();
      good.start(attempt);
    }
  },

  /** Takes a part of a reply for the whole. */
  PASSES_PARTS {
    @Override
    @SuppressWarnings("unchecked") // only the replies of calls are cut
    <T> void start(Exchange<T> good, Attempt<T> attempt) {
      good.start(
          new AttemptShell<>(attempt) {
            @Override
            public void fail(Throwable failure) {
              if (String.valueOf(failure.getMessage()).contains("in the middle")) {
                succeed((T) Answer.of(new Note("large", "0123"), Headers.empty(), null));
              } else {
                super.fail(failure);
              }
            }
          });
    }
  },

  /** Makes a new key for each attempt. */
  CHANGES_THE_KEY {
    @Override
    <T> void start(Exchange<T> good, Attempt<T> attempt) {
      good.start(
          new AttemptShell<>(attempt) {
            @Override
            public String idempotencyKey() {
              return super.idempotencyKey() == null ? null : UUID.randomUUID().toString();
            }
          });
    }
  },

  /** Goes on when it is cancelled. */
  IGNORES_CANCELS {
    @Override
    <T> void start(Exchange<T> good, Attempt<T> attempt) {
      good.start(
          new AttemptShell<>(attempt) {
            @Override
            public void onCancel(Runnable stop) {}
          });
    }
  },

  /** Forgets how long the peer asked to wait. */
  DROPS_HINTS {
    @Override
    <T> void start(Exchange<T> good, Attempt<T> attempt) {
      good.start(attempt);
    }
  },

  /** Leaves a thread behind for each channel. */
  LEAKS_A_THREAD {
    @Override
    <T> void start(Exchange<T> good, Attempt<T> attempt) {
      good.start(attempt);
    }
  };

  abstract <T> void start(Exchange<T> good, Attempt<T> attempt);

  ChannelDriver shell(ChannelDriver good) {
    if (this == LEAKS_A_THREAD) {
      Leak.start();
    }
    return new DriverShell(good) {
      @Override
      public Optional<CallDriver> call() {
        return inner.call().map(calls -> new Calls(calls, BrokenCalls.this));
      }

      @Override
      public Optional<SendDriver> send() {
        return inner.send().map(sends -> new Sends(sends, BrokenCalls.this));
      }

      @Override
      public dev.parley.ParleyException translate(Throwable nativeFailure) {
        if (BrokenCalls.this == DROPS_HINTS
            && nativeFailure instanceof dev.parley.testkit.MemoryException known
            && known.retryAfter() != null) {
          return inner.translate(
              dev.parley.testkit.MemoryException.of(
                  known.kind(), known.effect(), "a hint was dropped"));
        }
        return inner.translate(nativeFailure);
      }
    };
  }

  private record Sends(SendDriver good, BrokenCalls broken) implements SendDriver {
    @Override
    public <T> Exchange<Receipt> prepare(Topic<T> topic, Message<T> message, CallOptions options) {
      Exchange<Receipt> exchange = good.prepare(topic, message, options);
      return attempt -> broken.start(exchange, attempt);
    }

    @Override
    public Idempotency idempotency(Topic<?> topic) {
      return good.idempotency(topic);
    }

    @Override
    public boolean completesOnIoThread() {
      return good.completesOnIoThread();
    }
  }

  private record Calls(CallDriver good, BrokenCalls broken) implements CallDriver {
    @Override
    public <Q, R> Exchange<Answer<R>> prepare(
        Operation<Q, R> operation, Q request, CallOptions options) {
      Exchange<Answer<R>> exchange = good.prepare(operation, request, options);
      return attempt -> broken.start(exchange, attempt);
    }

    @Override
    public Idempotency idempotency(Operation<?, ?> operation) {
      return good.idempotency(operation);
    }

    @Override
    public boolean completesOnIoThread() {
      return good.completesOnIoThread();
    }
  }

  /** A thread that nobody can name and close. */
  static final class Leak {
    private Leak() {}

    static void start() {
      Thread thread =
          new Thread(
              () -> {
                try {
                  Thread.sleep(60_000);
                } catch (InterruptedException e) {
                  // It ends.
                }
              },
              "leaked");
      thread.setDaemon(true);
      thread.start();
    }
  }
}
