package dev.parley.testkit.conformance;

import dev.parley.Call;
import dev.parley.Reply;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The two ways to run a call: each test of the suites goes both. */
public enum Way {
  /** {@link Call#execute()}. */
  BLOCKING {
    @Override
    <R> Reply<R> run(Call<R> call) {
      return call.execute();
    }
  },
  /** {@link Call#submit()}. */
  ASYNCHRONOUS {
    @Override
    <R> Reply<R> run(Call<R> call) {
      return await(call.submit());
    }
  };

  abstract <R> Reply<R> run(Call<R> call);

  /** Waits for a future and throws what it failed with. */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(Patience.limit().plusSeconds(15).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError("failed with a checked exception", e);
    } catch (CancellationException e) {
      throw e;
    } catch (TimeoutException e) {
      throw new AssertionError("a future did not complete in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
