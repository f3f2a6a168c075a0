package dev.parley.spi;

/** Who makes lost connections anew. */
public enum ReconnectOwner {
  /** The engine, by the {@link dev.parley.ReconnectPolicy}. */
  ENGINE,
  /** The native client, which cannot be stopped; the engine keeps out. */
  NATIVE_CLIENT
}
