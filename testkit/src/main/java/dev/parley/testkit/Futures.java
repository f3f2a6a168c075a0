package dev.parley.testkit;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What the standard futures lack. */
final class Futures {
  private Futures() {}

  /** Runs the action at the end of a future. */
  static <T> void atEnd(
      CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> action) {
    CompletableFuture<T> unused = future.whenComplete(action);
  }

  /** Cancels the source when what was derived from it is cancelled. */
  static void passCancel(CompletableFuture<?> derived, CompletableFuture<?> source) {
    atEnd(
        derived,
        (result, failure) -> {
          if (derived.isCancelled()) {
            source.cancel(true);
          }
        });
  }

  /** Completes the target as the source does. */
  static <T> void pass(CompletableFuture<T> source, CompletableFuture<T> target) {
    atEnd(
        source,
        (result, failure) -> {
          if (failure == null) {
            target.complete(result);
          } else {
            target.completeExceptionally(failure);
          }
        });
  }
}
