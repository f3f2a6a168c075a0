package dev.parley.graphql;

import dev.parley.ParleyException;
import dev.parley.graphql.Envelope.Form;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.BlockingExchange;
import java.util.concurrent.Executor;

/**
 * A call whose document goes out by its hash, and again with its text if the server does not know
 * it: a part of the same attempt, since the server has done nothing before it has the document.
 */
final class PersistedExchange<R> implements BlockingExchange<Answer<R>> {
  private final GraphQlExchange<R> exchange;
  private final Executor executor;
  private final Runnable notSupported;

  /**
   * Wraps an exchange whose form is {@link Form#HASHED}.
   *
   * @param notSupported runs when the server says that it keeps no documents
   */
  PersistedExchange(GraphQlExchange<R> exchange, Executor executor, Runnable notSupported) {
    this.exchange = exchange;
    this.executor = executor;
    this.notSupported = notSupported;
  }

  @Override
  public Answer<R> execute(Attempt<Answer<R>> attempt) {
    try {
      return exchange.execute(attempt);
    } catch (UnknownHashException e) {
      if (!e.isSupported()) {
        notSupported.run();
      }
      exchange.form(e.isSupported() ? Form.REGISTERING : Form.FULL);
      return exchange.execute(attempt);
    }
  }

  @Override
  public void start(Attempt<Answer<R>> attempt) {
    executor.execute(() -> {
      if (attempt.isCancelled()) {
        return;
      }
      try {
        attempt.succeed(execute(attempt));
      } catch (Throwable e) {
        attempt.fail(e);
      }
    });
  }

  @Override
  public boolean renewCredentials(ParleyException refused) {
    return exchange.renewCredentials(refused);
  }

  @Override
  public boolean isReplayable() {
    return exchange.isReplayable();
  }
}
