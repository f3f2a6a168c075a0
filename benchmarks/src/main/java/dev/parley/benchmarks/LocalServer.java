package dev.parley.benchmarks;

/** A server of the benchmark's own, in another process on this machine. */
interface LocalServer extends AutoCloseable {
  int port();

  @Override
  void close();
}
