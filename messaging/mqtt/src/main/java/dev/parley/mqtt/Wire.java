package dev.parley.mqtt;

import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Publisher;

/**
 * One connection's life on a native client of its own, MQTT 5 or 3.1.1.
 *
 * <p>Futures complete on the client's I/O threads, and fail with the native failure.
 */
interface Wire {
  /**
   * Returns what comes in, within what is requested. Subscribe before {@link #connect}, or what a
   * resumed session brings at once finds nobody.
   *
   * @param manual whether each must be acknowledged
   */
  Publisher<Incoming> incoming(boolean manual);

  /** Sends CONNECT; {@code lost} is told once when a connection that stood is gone. */
  CompletableFuture<Session> connect(Start start);

  /** Sends SUBSCRIBE; returns the QoS that the broker granted. */
  CompletableFuture<Integer> subscribe(String filter, int qos);

  /** Asks for a sign of life that the broker must answer. */
  CompletableFuture<?> ping();

  /** Sends PUBLISH; completes with the native result when the broker has taken it. */
  CompletableFuture<?> publish(Packet packet);

  /** Sends DISCONNECT; the session ends with it if the protocol lets it. */
  CompletableFuture<?> disconnect(boolean endSession);

  Object nativeClient();

  /**
   * How to begin a connection.
   *
   * @param resumes whether an earlier session goes on, and this one outlives its connection
   * @param receiveMaximum how many unacknowledged messages the broker may have under way to us
   */
  record Start(boolean resumes, int receiveMaximum) {}

  /**
   * What CONNACK says.
   *
   * @param sendMaximum how many unacknowledged messages the broker takes at once
   * @param maxPacketBytes the largest packet that it takes
   */
  record Session(boolean isPresent, int sendMaximum, int maxPacketBytes) {}
}
