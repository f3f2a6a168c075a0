package dev.parley.testkit.broken;

import dev.parley.Context;
import dev.parley.Headers;
import dev.parley.spi.Attempt;

/** An attempt around the engine's; what breaks it overrides a method. */
class AttemptShell<T> implements Attempt<T> {
  final Attempt<T> inner;

  AttemptShell(Attempt<T> inner) {
    this.inner = inner;
  }

  @Override
  public int number() {
    return inner.number();
  }

  @Override
  public Headers headers() {
    return inner.headers();
  }

  @Override
  public String idempotencyKey() {
    return inner.idempotencyKey();
  }

  @Override
  public Context context() {
    return inner.context();
  }

  @Override
  public long timeoutNanos() {
    return inner.timeoutNanos();
  }

  @Override
  public void sent() {
    inner.sent();
  }

  @Override
  public void notProcessed() {
    inner.notProcessed();
  }

  @Override
  public void onCancel(Runnable stop) {
    inner.onCancel(stop);
  }

  @Override
  public boolean isCancelled() {
    return inner.isCancelled();
  }

  @Override
  public void succeed(T result) {
    inner.succeed(result);
  }

  @Override
  public void fail(Throwable failure) {
    inner.fail(failure);
  }
}
