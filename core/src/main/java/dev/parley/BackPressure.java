package dev.parley;

/** How a slow consumer holds back the peer. */
public enum BackPressure {
  /** By credit of the protocol: the peer sends what was asked for. */
  CREDIT,
  /** By not reading from the connection. */
  TRANSPORT,
  /** Not at all: a full buffer overflows by its policy. */
  NONE
}
