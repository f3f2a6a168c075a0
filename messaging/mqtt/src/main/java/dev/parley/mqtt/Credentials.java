package dev.parley.mqtt;

import org.jspecify.annotations.Nullable;

/** A name and a password or token; each may be missing. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Credentials(@Nullable String username, byte @Nullable [] password) {
  static final Credentials NONE = new Credentials(null, null);

  @Override
  public String toString() {
    return "Credentials";
  }
}
