package dev.parley.samples.shop;

import dev.parley.ParleyException;
import dev.parley.RemoteException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.Locale;

/** Why an attempt to place an order failed, in the words of the report. */
enum Trouble {
  REFUSED("connection refused"),
  RESET("connection reset"),
  CUT("answer cut short"),
  TIMEOUT("no answer in time"),
  HTTP_409("409, in progress"),
  HTTP_429("429, too many"),
  HTTP_503("503, busy"),
  OTHER("other");

  private final String label;

  Trouble(String label) {
    this.label = label;
  }

  /** Returns it in words. */
  String label() {
    return label;
  }

  /** Names what an HTTP status says. */
  static Trouble of(int status) {
    return switch (status) {
      case 409 -> HTTP_409;
      case 429 -> HTTP_429;
      case 503 -> HTTP_503;
      default -> OTHER;
    };
  }

  /** Names what a call of Parley ran into. */
  static Trouble of(ParleyException failure) {
    if (failure instanceof RemoteException answer && answer.code().matches("[0-9]{3}")) {
      return of(Integer.parseInt(answer.code()));
    }
    // Parley ends an attempt that takes too long itself, so there is nothing native in it.
    return failure.unwrap(IOException.class).map(Trouble::of).orElse(TIMEOUT);
  }

  /** Names what a failed exchange ran into. */
  static Trouble of(IOException failure) {
    if (failure instanceof ConnectException) {
      return REFUSED;
    }
    if (failure instanceof SocketTimeoutException) {
      return TIMEOUT;
    }
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("reset") || message.contains("broken pipe")) {
      return RESET;
    }
    if (message.contains("timeout")) {
      return TIMEOUT;
    }
    return message.contains("unexpected end of stream") || message.contains("closed") ? CUT : OTHER;
  }
}
