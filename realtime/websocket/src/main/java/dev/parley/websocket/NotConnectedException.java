package dev.parley.websocket;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** No TCP connection could be made, so that nothing was sent. */
final class NotConnectedException extends IOException {
  private static final long serialVersionUID = 1L;

  NotConnectedException(@Nullable Throwable cause) {
    super("no connection", cause);
  }
}
