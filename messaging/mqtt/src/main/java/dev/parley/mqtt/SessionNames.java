package dev.parley.mqtt;

import java.util.HashSet;
import java.util.Set;

/**
 * The client identifiers in use in one Parley. The broker keeps a session for each, so that a
 * subscription that comes after another takes the same one and gets what that one left behind.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class SessionNames implements AutoCloseable {
  private final Set<String> inUse = new HashSet<>();

  /** Takes a name, or the first of {@code name-2}, {@code name-3} and so on that is free. */
  synchronized String take(String endpoint, String name) {
    String free = name;
    for (int i = 2; !inUse.add(endpoint + ' ' + free); i++) {
      free = name + '-' + i;
    }
    return free;
  }

  synchronized void release(String endpoint, String name) {
    inUse.remove(endpoint + ' ' + name);
  }

  @Override
  public void close() {}
}
