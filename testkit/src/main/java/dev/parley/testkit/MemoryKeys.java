package dev.parley.testkit;

import dev.parley.store.Claim;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of a {@link MemoryStore}; guarded by it. */
final class MemoryKeys {
  private final Map<String, Entry> entries = new HashMap<>();
  private final InstantSource clock;
  private long lastFence;

  MemoryKeys(InstantSource clock) {
    this.clock = clock;
  }

  Claim claim(String key, String fingerprint, Duration lease) {
    Instant now = clock.instant();
    entries.values().removeIf(each -> each.result != null && !each.until.isAfter(now));
    Entry entry = entries.computeIfAbsent(key, unused -> new Entry(fingerprint));
    if (!entry.fingerprint.equals(fingerprint)) {
      return new Claim.Mismatch();
    }
    if (entry.result != null) {
      return new Claim.Done(entry.result);
    }
    if (entry.until.isAfter(now)) {
      return new Claim.InProgress(entry.until);
    }
    entry.fence = ++lastFence;
    entry.until = now.plus(lease);
    return new Claim.New(entry.fence, ++entry.attempts);
  }

  boolean renew(String key, long fence, Duration lease) {
    Entry entry = owned(key, fence);
    if (entry == null || !entry.until.isAfter(clock.instant())) {
      return false;
    }
    entry.until = clock.instant().plus(lease);
    return true;
  }

  boolean complete(String key, long fence, byte[] result, Duration keep) {
    Entry entry = owned(key, fence);
    if (entry == null) {
      return false;
    }
    entry.result = result.clone();
    entry.until = clock.instant().plus(keep);
    return true;
  }

  boolean release(String key, long fence) {
    Entry entry = owned(key, fence);
    if (entry == null) {
      return false;
    }
    entry.fence = 0;
    entry.until = Instant.MIN;
    return true;
  }

  private @Nullable Entry owned(String key, long fence) {
    Entry entry = entries.get(key);
    return entry == null || entry.fence != fence || entry.result != null ? null : entry;
  }

  private static final class Entry {
    final String fingerprint;
    long fence;
    int attempts;
    Instant until = Instant.MIN;
    byte @Nullable [] result;

    Entry(String fingerprint) {
      this.fingerprint = fingerprint;
    }
  }
}
