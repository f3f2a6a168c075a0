package dev.parley;

/** Ends what was registered when it is closed; closing it again does nothing. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
  @Override
  void close();
}
