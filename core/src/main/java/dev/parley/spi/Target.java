package dev.parley.spi;

import java.util.Objects;

/**
 * What shares one retry budget, one breaker and one dial limiter: a peer as one caller sees it.
 *
 * @param scheme the adapter
 * @param authority the host and port, or the name of the peer
 * @param credential a name for the credential in use, never the credential itself; empty for none
 */
public record Target(String scheme, String authority, String credential) {
  /** Checks that all are there. */
  public Target {
    Objects.requireNonNull(scheme, "scheme");
    Objects.requireNonNull(authority, "authority");
    Objects.requireNonNull(credential, "credential");
  }
}
