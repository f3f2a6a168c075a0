package dev.parley.websocket;

import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.RemoteException;

/** The server answered the upgrade with a status other than 101. */
public final class HandshakeRefusedException extends RemoteException {
  private static final long serialVersionUID = 1L;

  private final int status;

  HandshakeRefusedException(Failure failure, int status, Headers headers) {
    super(failure, Integer.toString(status), headers, null);
    this.status = status;
  }

  /** Returns the HTTP status, such as 401. */
  public int status() {
    return status;
  }
}
