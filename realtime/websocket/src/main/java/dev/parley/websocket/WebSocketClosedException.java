package dev.parley.websocket;

import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.RemoteException;

/** The peer closed the connection, with a close code. */
public final class WebSocketClosedException extends RemoteException {
  private static final long serialVersionUID = 1L;

  private final int closeCode;

  WebSocketClosedException(Failure failure, int closeCode) {
    super(failure, Integer.toString(closeCode), Headers.empty(), null);
    this.closeCode = closeCode;
  }

  /** Returns the code of RFC 6455, such as 1001; 1005 if the peer gave none. */
  public int closeCode() {
    return closeCode;
  }
}
