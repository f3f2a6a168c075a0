package dev.parley.testkit;

import dev.parley.Headers;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.spi.Codecs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was sent to one topic, or published on one stream, in order; with the groups that consume
 * it. Everything in it is guarded by its monitor; listeners are called outside of it.
 */
final class MemoryLog {
  private final String name;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, MemoryGroup> groups = new HashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private long first; // what was before it has been trimmed
  private boolean ended;

  MemoryLog(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  Entry append(Body body, Headers headers, @Nullable String id, @Nullable String key) {
    Entry entry;
    synchronized (this) {
      entry = new Entry(entries.size(), body, headers, id, key);
      entries.add(entry);
    }
    news();
    return entry;
  }

  void end() {
    synchronized (this) {
      ended = true;
    }
    news();
  }

  /** Forgets everything that is older than the last so many. */
  synchronized void trim(int keep) {
    first = Math.max(first, entries.size() - (long) keep);
  }

  synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  synchronized long first() {
    return first;
  }

  synchronized long size() {
    return entries.size();
  }

  /** Returns an entry, or null if there is none yet. */
  synchronized @Nullable Entry entry(long offset) {
    return offset < entries.size() ? entries.get((int) offset) : null;
  }

  synchronized boolean isEnded() {
    return ended;
  }

  synchronized MemoryGroup group(String group, Function<String, MemoryGroup> maker) {
    return groups.computeIfAbsent(group, maker);
  }

  synchronized List<MemoryGroup> groups() {
    return List.copyOf(groups.values());
  }

  void listen(Runnable listener) {
    listeners.add(listener);
  }

  void unlisten(Runnable listener) {
    listeners.remove(listener);
  }

  /** Makes all readers look again. */
  void news() {
    listeners.forEach(Runnable::run);
  }

  /** A body that is encoded by the codecs of whoever reads or wrote it. */
  interface Body {
    Payload encoded(Codecs codecs);

    <T> T decoded(TypeRef<T> type);

    /** Returns one that came over the wire. */
    static Body of(Payload payload, Codecs writer) {
      return new Body() {
        @Override
        public Payload encoded(Codecs codecs) {
          return payload;
        }

        @Override
        public <T> T decoded(TypeRef<T> type) {
          return writer.decode(type, payload);
        }
      };
    }

    /** Returns one that the test published. */
    static <B> Body of(B value, TypeRef<B> type) {
      return new Body() {
        private volatile @Nullable Payload known;

        @Override
        public Payload encoded(Codecs codecs) {
          Payload payload = known;
          if (payload == null) {
            payload = codecs.codec(type).encode(value);
            known = payload; // whoever has no codec for it may still look at the bytes
          }
          return payload;
        }

        @Override
        @SuppressWarnings("unchecked") // the value is of the type that the test named
        public <T> T decoded(TypeRef<T> asked) {
          return (T) value;
        }
      };
    }
  }

  /** One message. */
  record Entry(
      long offset, Body body, Headers headers, @Nullable String id, @Nullable String key) {}
}
