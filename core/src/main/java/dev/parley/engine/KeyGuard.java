package dev.parley.engine;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Knows which request each of the caller's own idempotency keys went out with, so that none is used
 * for two requests (KEY-4), and none after the peer has forgotten it (KEY-5). It remembers the last
 * 10,000 keys of a target.
 */
final class KeyGuard {
  private static final int REMEMBERED = 10_000;

  private final Map<Use, First> uses = new LinkedHashMap<>(); // guarded by this

  private record Use(String operation, String key) {}

  private record First(ByteBuffer fingerprint, long nanos) {}

  /**
   * Notes that a key is about to be used.
   *
   * @param request its fingerprint
   * @throws IllegalArgumentException if it must not be
   */
  synchronized void use(String operation, String key, byte[] request, Duration lifetime, long now) {
    ByteBuffer fingerprint = ByteBuffer.wrap(request); // which is compared by what it holds
    Use use = new Use(operation, key);
    First first = uses.get(use);
    if (first == null) {
      remember(use, new First(fingerprint, now));
      return;
    }
    Duration age = Duration.ofNanos(now - first.nanos);
    boolean same = first.fingerprint.equals(fingerprint);
    boolean forgotten = age.compareTo(lifetime) >= 0;
    if (same && forgotten) {
      throw new IllegalArgumentException(
          "the idempotency key of this call of "
              + operation
              + " was first used "
              + age.toSeconds()
              + " s ago, and the peer remembers one for "
              + lifetime.toSeconds()
              + " s, so that it would act again: see what became of the first call, then use a new"
              + " key");
    }
    if (!same && !forgotten) {
      throw new IllegalArgumentException(
          "the idempotency key of this call of "
              + operation
              + " was used "
              + age.toSeconds()
              + " s ago for another request: use a new key for each request, and the same one only"
              + " to repeat it");
    }
    if (forgotten) {
      uses.remove(use); // so that it becomes the youngest
      remember(use, new First(fingerprint, now));
    }
  }

  private void remember(Use use, First first) {
    uses.put(use, first);
    if (uses.size() > REMEMBERED) {
      uses.remove(uses.keySet().iterator().next());
    }
  }
}
