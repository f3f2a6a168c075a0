package dev.parley.testkit;

import dev.parley.RetryMode;
import dev.parley.store.Added;
import dev.parley.store.ClaimRequest;
import dev.parley.store.Claimed;
import dev.parley.store.DeadMessage;
import dev.parley.store.StoredMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One queue of a {@link MemoryStore}; guarded by it. */
final class MemoryBox {
  private final Map<String, Row> byId = new HashMap<>();
  private final TreeMap<Long, Row> byNumber = new TreeMap<>();
  private final InstantSource clock;

  MemoryBox(InstantSource clock) {
    this.clock = clock;
  }

  Added add(long number, StoredMessage message) {
    Row known = byId.get(message.id());
    if (known != null) {
      return known.message.fingerprint().equals(message.fingerprint())
          ? Added.DUPLICATE
          : Added.MISMATCH;
    }
    Row row = new Row(number, message, clock.instant());
    byId.put(message.id(), row);
    byNumber.put(number, row);
    return Added.STORED;
  }

  List<Claimed> claim(ClaimRequest request) {
    Instant now = clock.instant();
    List<Claimed> claimed = new ArrayList<>();
    Set<String> blocked = new HashSet<>();
    for (Row row : byNumber.values()) {
      if (claimed.size() >= request.max()) {
        break;
      }
      if (row.state != State.OPEN) {
        continue;
      }
      String key = row.message.key();
      boolean isFree = !row.until.isAfter(now);
      if (isFree && (key == null || !blocked.contains(key))) {
        row.owner = request.owner();
        row.until = now.plus(request.lease());
        row.fence++;
        row.attempts++;
        claimed.add(
            new Claimed(
                request.queue(), row.number, row.fence, row.attempts, row.storedAt, row.message));
      } else if (key != null && !overtakes(request, row, isFree)) {
        blocked.add(key);
      }
    }
    return claimed;
  }

  /** Whether the next of a key need not wait for one that cannot be claimed. */
  private static boolean overtakes(ClaimRequest request, Row row, boolean isFree) {
    if (isFree) {
      return false; // it is free, but must wait for one before it
    }
    return row.owner == null
        ? request.retryMode() == RetryMode.DELAYED_UNORDERED
        : row.owner.equals(request.owner());
  }

  boolean renew(Claimed claimed, Duration lease) {
    Row row = owned(claimed);
    if (row == null || !row.until.isAfter(clock.instant())) {
      return false;
    }
    row.until = clock.instant().plus(lease);
    return true;
  }

  boolean complete(Claimed claimed, Duration keep) {
    return end(claimed, State.DONE, "", keep);
  }

  boolean reject(Claimed claimed, String reason, Duration keep) {
    return end(claimed, State.DEAD, reason, keep);
  }

  private boolean end(Claimed claimed, State state, String reason, Duration keep) {
    Row row = owned(claimed);
    if (row == null) {
      return false;
    }
    row.state = state;
    row.owner = null;
    row.reason = reason;
    row.endedAt = clock.instant();
    row.until = row.endedAt.plus(keep);
    if (keep.isZero()) {
      forget(row);
    }
    return true;
  }

  boolean retry(Claimed claimed, Duration after) {
    Row row = owned(claimed);
    if (row == null) {
      return false;
    }
    row.owner = null;
    row.until = clock.instant().plus(after);
    return true;
  }

  int abandon(String owner) {
    Instant now = clock.instant();
    List<Row> owned =
        byNumber.values().stream()
            .filter(row -> row.state == State.OPEN && owner.equals(row.owner))
            .toList();
    for (Row row : owned) {
      row.owner = null;
      row.until = now;
    }
    return owned.size();
  }

  List<DeadMessage> dead(long after, int max) {
    return byNumber.tailMap(after, false).values().stream()
        .filter(row -> row.state == State.DEAD)
        .limit(max)
        .map(row ->
            new DeadMessage(
                row.number, row.attempts, row.storedAt, row.endedAt, row.reason, row.message))
        .toList();
  }

  boolean redrive(long number) {
    Row row = byNumber.get(number);
    if (row == null || row.state != State.DEAD) {
      return false;
    }
    row.state = State.OPEN;
    row.attempts = 0;
    row.until = clock.instant();
    return true;
  }

  int open() {
    return (int) byNumber.values().stream().filter(row -> row.state == State.OPEN).count();
  }

  int purge() {
    Instant now = clock.instant();
    List<Row> over =
        byNumber.values().stream()
            .filter(row -> row.state != State.OPEN && !row.until.isAfter(now))
            .toList();
    over.forEach(this::forget);
    return over.size();
  }

  private void forget(Row row) {
    byNumber.remove(row.number);
    byId.remove(row.message.id());
  }

  private @Nullable Row owned(Claimed claimed) {
    Row row = byNumber.get(claimed.number());
    return row == null
            || row.state != State.OPEN
            || row.owner == null
            || row.fence != claimed.fence()
        ? null
        : row;
  }

  private enum State {
    OPEN,
    DONE,
    DEAD
  }

  private static final class Row {
    final long number;
    final StoredMessage message;
    final Instant storedAt;
    State state = State.OPEN;
    @Nullable String owner;
    long fence;
    int attempts;
    Instant until; // open: when it is free; else: when it is forgotten
    Instant endedAt;
    String reason = "";

    Row(long number, StoredMessage message, Instant now) {
      this.number = number;
      this.message = message;
      this.storedAt = now;
      this.until = now;
      this.endedAt = now;
    }
  }
}
