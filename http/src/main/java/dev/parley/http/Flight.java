package dev.parley.http;

import dev.parley.spi.Attempt;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/** One attempt on the wire: how far it came, and what stops it. */
final class Flight extends EventListener implements Runnable {
  private final Attempt<?> attempt;
  private volatile @Nullable Call call;

  // Written by the thread that runs the call.
  private boolean sent;
  private boolean multiplexed;

  Flight(Attempt<?> attempt) {
    this.attempt = attempt;
  }

  /** A call of this flight is about to run: the only one, or one that follows a redirect. */
  void begins(Call newCall) {
    newCall.addEventListener(this);
    call = newCall;
    attempt.onCancel(this);
  }

  /** Stops it: the engine runs this when the attempt's time is over or the call is cancelled. */
  @Override
  public void run() {
    Call running = call;
    if (running != null) {
      running.cancel();
    }
  }

  boolean wasSent() {
    return sent;
  }

  /** Returns whether it ran over HTTP/2, where a cancelled call leaves its connection open. */
  boolean wasMultiplexed() {
    return multiplexed;
  }

  // Called right before the first byte of the request is written, on HTTP/1.1 and HTTP/2.
  @Override
  public void requestHeadersStart(Call ignored) {
    sent = true;
    attempt.sent();
  }

  @Override
  public void connectionAcquired(Call ignored, Connection connection) {
    multiplexed = connection.protocol() != Protocol.HTTP_1_1;
  }
}
