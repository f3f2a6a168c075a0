package dev.parley.engine;

import dev.parley.DuplexChannel;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.RetryPolicy;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.Shape;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.Waiter;
import java.time.Duration;

final class EngineDuplexChannel extends AbstractChannel implements DuplexChannel {
  private final DuplexDriver sessions;

  EngineDuplexChannel(Parts parts, DuplexDriver sessions) {
    super(parts, Shape.DUPLEX);
    this.sessions = sessions;
  }

  @Override
  public <O, I> Session<O, I> open(Operation<O, I> operation, SessionOptions options) {
    sessions.check(operation, options);
    RetryPolicy policy = RetryPolicy.DEFAULT;
    long end = engine.time.nanoTime() + options.connectWithin().toNanos();
    for (int attempt = 1; ; attempt++) {
      EngineSession<O, I> session = new EngineSession<>(this, sessions, operation, options);
      try {
        session.openWithin(end - engine.time.nanoTime());
        return session;
      } catch (ParleyException e) {
        long wait = Backoff.computed(policy.base(), policy.cap(), attempt, engine.random);
        boolean again =
            e.kind() == Kind.TRANSIENT
                && attempt < policy.maxAttempts()
                && engine.time.nanoTime() + wait < end
                && !running.isClosed()
                && !Thread.currentThread().isInterrupted();
        if (!again) {
          throw e;
        }
        pause(Duration.ofNanos(wait));
      }
    }
  }

  private void pause(Duration wait) {
    new Waiter(engine.time).await(wait.toNanos(), running::isClosed);
  }
}
