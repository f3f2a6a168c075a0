package dev.parley.websocket;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** Tests against {@link NodePeer}. */
interface OnNode {
  @BeforeAll
  @Timeout(value = 5, unit = TimeUnit.MINUTES) // npm
  static void start() {
    NodePeer.start();
  }
}
